import type { PlanView } from "../model/resource";
import { architecturePage } from "./architecturePage";
import { costPage } from "./costPage";
import { differencePage } from "./differencePage";
import { h } from "./element";
import { policiesPage } from "./policiesPage";
import { alongLine, moveByArrows } from "./arrows";
import { printable } from "./printing";
import { resourcePage } from "./resourcePage";
import { resourcesPage } from "./resourcesPage";
import { systemPage } from "./systemPage";
import { systemsPage } from "./systemsPage";
import { themeSwitch } from "./theme";
import { timelinePage } from "./timelinePage";

/** A page of the report: its title and what is on it. */
export interface Page {
    readonly title: string;
    readonly content: readonly Node[];
    /** Id of the part to show first. Default: the top. */
    readonly section?: string;
}

interface Tab {
    readonly name: string;
    readonly label: string;
    readonly count?: number;
}

/** What surrounds every page: the stack's name, the tabs, the theme; and which page is shown. */
export class Shell {
    private readonly main = h("main", { id: "main", tabindex: -1 });
    private readonly tabs: readonly Tab[];
    private readonly links = new Map<string, HTMLAnchorElement>();
    private first = true;

    constructor(private readonly plan: PlanView) {
        this.tabs = [
            { name: "architecture", label: "Architecture" },
            ...(plan.difference === undefined
                ? []
                : [{ name: "difference", label: "Difference", count: plan.difference.changes.length }]),
            { name: "systems", label: "Systems", count: plan.systems.length },
            { name: "resources", label: "Resources", count: plan.resources.length },
            { name: "cost", label: "Cost" },
            { name: "timeline", label: "Timeline" },
            { name: "policies", label: "Policies" },
        ];
    }

    start(): void {
        const skip = h("a", { class: "skip", href: "#main" }, "Skip to content");
        skip.addEventListener("click", (event) => {
            event.preventDefault();
            this.main.focus();
        });
        document.body.prepend(skip, this.header(), this.main);
        addEventListener("hashchange", () => this.show());
        printable(this.main, (shown) => this.sheets(shown));
        this.show();
    }

    private header(): HTMLElement {
        const { project, stack } = this.plan;
        const items = this.tabs.map(({ name, label, count }) => {
            const link = h(
                "a",
                { href: `#/${name}` },
                label,
                count !== undefined && h("span", { class: "count" }, count.toLocaleString("en")),
            );
            this.links.set(name, link);
            return h("li", {}, link);
        });
        const list = h("ul", {}, ...items);
        moveByArrows(list, () => [...this.links.values()], alongLine);
        return h(
            "header",
            { class: "top" },
            h("a", { class: "brand", href: "#/architecture" }, h("span", {}, project), h("strong", {}, stack)),
            h("nav", { "aria-label": "Report" }, list),
            themeSwitch(),
        );
    }

    /** On paper stands the whole report, from a page of one system or resource that page. */
    private sheets(shown: readonly Node[]): readonly (readonly Node[])[] {
        const { current, rest } = this.place();
        return rest.length > 0
            ? [shown]
            : this.tabs.map(({ name }) =>
                  name === current ? shown : this.page(name, [], new URLSearchParams()).content,
              );
    }

    /** Where the address leads to. */
    private place(): { readonly current: string; readonly rest: readonly string[]; readonly query: string } {
        const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
        const [tab = "", ...rest] = path.split("/").map(decodeURIComponent);
        return { current: this.links.has(tab) ? tab : "architecture", rest, query };
    }

    private show(): void {
        const { current, rest, query } = this.place();
        const page = this.page(current, rest, new URLSearchParams(query));
        for (const [name, link] of this.links) {
            link.toggleAttribute("aria-current", false);
            if (name === current) {
                link.setAttribute("aria-current", "page");
            }
        }
        document.title = `${page.title} · ${this.plan.project} ${this.plan.stack}`;
        this.main.replaceChildren(...page.content);
        const section = page.section === undefined ? null : document.getElementById(page.section);
        if (section !== null) {
            section.scrollIntoView();
        } else if (!this.first) {
            scrollTo(0, 0);
        }
        // Whoever follows a link with the keyboard or a screen reader goes on reading from the new page.
        if (!this.first && !this.main.contains(document.activeElement)) {
            this.main.focus({ preventScroll: true });
        }
        this.first = false;
    }

    private page(tab: string, [name, section]: readonly string[], query: URLSearchParams): Page {
        switch (tab) {
            case "difference":
                return differencePage(this.plan);
            case "resources":
                return name === undefined ? resourcesPage(this.plan, query) : resourcePage(this.plan, name);
            case "systems":
                return name === undefined ? systemsPage(this.plan) : systemPage(this.plan, name, section);
            case "cost":
                return costPage(this.plan);
            case "timeline":
                return timelinePage(this.plan);
            case "policies":
                return policiesPage(this.plan);
            default:
                return architecturePage(this.plan);
        }
    }
}
