import type { PlanView } from "../model/resource";
import { systemsOf } from "../model/systems";
import { h } from "./element";
import type { Page } from "./shell";

export function systemPage(plan: PlanView, name: string, section: string | undefined): Page {
    const system = systemsOf(plan).find((each) => each.name === name);
    if (system === undefined) {
        return {
            title: "No such system",
            content: [h("h1", {}, "No such system"), h("p", {}, h("a", { href: "#/systems" }, "All systems"))],
        };
    }
    return { title: name, content: [h("h1", {}, name)], ...(section !== undefined && { section }) };
}
