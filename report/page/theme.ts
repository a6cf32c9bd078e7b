import { h } from "./element";

const themes = ["auto", "light", "dark"] as const;

type Theme = (typeof themes)[number];

const key = "platform-report-theme";

/** Lets the reader choose between light, dark and what the system prefers. The choice is kept where the browser allows it. */
export function themeSwitch(): HTMLElement {
    const select = h(
        "select",
        { "aria-label": "Theme", id: "theme" },
        ...themes.map((theme) => h("option", { value: theme }, `${theme[0]?.toUpperCase() ?? ""}${theme.slice(1)}`)),
    );
    select.value = kept();
    apply(select.value as Theme);
    select.addEventListener("change", () => {
        apply(select.value as Theme);
        keep(select.value);
    });
    return select;
}

function apply(theme: Theme): void {
    if (theme === "auto") {
        delete document.documentElement.dataset.theme;
    } else {
        document.documentElement.dataset.theme = theme;
    }
}

function kept(): Theme {
    try {
        return themes.find((theme) => theme === localStorage.getItem(key)) ?? "auto";
    } catch {
        return "auto"; // A page without an origin has no storage in some browsers.
    }
}

function keep(theme: string): void {
    try {
        localStorage.setItem(key, theme);
    } catch {
        // It is then forgotten with the page.
    }
}
