import { resourceAddress } from "../model/addresses";
import { duration, type Step, type TimelineView } from "../model/assessment";
import type { PlanView } from "../model/resource";
import { counted } from "../model/values";
import { h } from "./element";
import { section } from "./parts";
import type { Page } from "./shell";
import { VirtualRows } from "./virtualList";

/** As the style sheet sets it. */
const rowHeight = 27;

/** What is created faster than this is left out at first: it is most resources and decides nothing. */
const noticeableSeconds = 20;

export function timelinePage({ assessment: { timeline } }: PlanView): Page {
    return {
        title: "Timeline",
        content: [
            h("h1", {}, "Timeline"),
            h(
                "p",
                { class: "headline" },
                h("strong", {}, duration(timeline.seconds)),
                " for the first pulumi up on an empty account, by the usual creation times and the order that dependencies demand.",
            ),
            section(
                "critical",
                "Critical path",
                timeline.criticalPath.length,
                h(
                    "p",
                    { class: "none" },
                    "The chain that decides the duration: whatever shortens one of these shortens the whole.",
                ),
                ganttOf("Critical path", timeline.criticalPath, timeline),
            ),
            all(timeline),
        ],
    };
}

function all(timeline: TimelineView): HTMLElement {
    const quick = h("input", { type: "checkbox", id: "quick" });
    const status = h("p", { class: "hits", role: "status" });
    const gantt = new Gantt("Everything", timeline);
    const update = (): void => {
        const shown = timeline.steps.filter(({ seconds }) => quick.checked || seconds >= noticeableSeconds);
        gantt.show(shown);
        status.textContent = `${shown.length.toLocaleString("en")} of ${counted(timeline.steps.length, "resource")}`;
    };
    quick.addEventListener("input", update);
    queueMicrotask(update);
    return section(
        "everything",
        "Everything",
        timeline.steps.length,
        h("label", { class: "inline" }, quick, `also what takes less than ${noticeableSeconds} s`),
        status,
        gantt.element,
    );
}

/** A chart of steps, all of them at once. */
export function ganttOf(label: string, steps: readonly Step[], timeline: TimelineView): HTMLElement {
    const gantt = new Gantt(label, timeline);
    queueMicrotask(() => gantt.show(steps));
    return gantt.element;
}

/** When each resource is created: a table whose last column is a chart. */
class Gantt {
    readonly element: HTMLElement;
    private readonly rows: VirtualRows<Step>;

    constructor(
        label: string,
        private readonly timeline: TimelineView,
    ) {
        const body = h("tbody", {});
        const titles = ["Resource", "Start", "Takes", "Spare"].map((title, index) =>
            h("th", { scope: "col", class: index === 0 ? undefined : "number" }, title),
        );
        const table = h(
            "table",
            { class: "gantt", "aria-label": label },
            h(
                "thead",
                {},
                h("tr", { "aria-rowindex": 1 }, ...titles, h("th", { scope: "col", class: "axis" }, this.axis())),
            ),
            body,
        );
        this.rows = new VirtualRows(table, body, rowHeight, (step) => this.row(step));
        this.element = h(
            "div",
            { class: "table-frame", tabindex: 0, role: "region", "aria-label": `${label}, chart` },
            table,
        );
    }

    show(steps: readonly Step[]): void {
        this.rows.show(steps);
    }

    private axis(): HTMLElement {
        const ticks = ticksOf(this.timeline.seconds).map((seconds) => {
            const tick = h("span", {}, `${Math.round(seconds / 60)}`);
            tick.style.left = `${(seconds / this.timeline.seconds) * 100}%`;
            return tick;
        });
        return h("div", { class: "ticks" }, h("span", { class: "visually-hidden" }, "Minutes"), ...ticks);
    }

    private row({ resource, start, seconds, slack, waitsFor, critical }: Step): HTMLTableRowElement {
        const span = h("span", { class: critical ? "span critical" : "span" });
        span.style.left = `${(start / this.timeline.seconds) * 100}%`;
        span.style.width = `${Math.max(0.15, (seconds / this.timeline.seconds) * 100)}%`;
        const waits = waitsFor === undefined ? "starts at once" : `waits for ${waitsFor.name}`;
        return h(
            "tr",
            { title: `${resource.shownType}, ${waits}` },
            h("td", {}, h("a", { href: resourceAddress(resource) }, resource.name)),
            h("td", { class: "number" }, clock(start)),
            h("td", { class: "number" }, duration(seconds)),
            h("td", { class: "number" }, critical ? "none" : duration(slack)),
            h("td", { class: "track" }, span),
        );
    }
}

function clock(seconds: number): string {
    return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
}

/** Whole minutes at which the axis is marked: at most ten. */
function ticksOf(total: number): number[] {
    const step = [1, 2, 5, 10, 20, 60].find((minutes) => total / (minutes * 60) <= 10) ?? 120;
    return Array.from({ length: Math.floor(total / (step * 60)) + 1 }, (_, index) => index * step * 60);
}
