import type { Facts } from "../facts";
import { readPlan } from "../model/resource";
import { byId, h } from "./element";
import { Shell } from "./shell";

/** Reads what the page contains and shows it. */
export function open(): void {
    try {
        const facts = JSON.parse(byId("plan").textContent ?? "") as Facts;
        const inputs = (byId("inputs").textContent ?? "").trim().split("\n");
        new Shell(readPlan(facts, inputs)).start();
    } catch (error) {
        document.body.prepend(
            h("p", { class: "failure", role: "alert" }, `This report cannot be shown: ${String(error)}`),
        );
        throw error;
    }
}
