import { isMap, type Document } from "yaml";
import { parseYaml } from "../../simulation/configuration";
import { UserError } from "../../simulation/failure";
import type { StackFile } from "../versions";
import type { ManagedStore } from "./instance";

/** The text of a stack's file that names the instance which is a system's database. Comments stay where they are. */
export function withInstance(
    file: StackFile,
    { system, store }: Pick<ManagedStore, "system" | "store">,
    identifier: string,
): string {
    const document: Document = parseYaml(file.text, file.name);
    const key = document.hasIn(["config", "systems"]) ? "systems" : "platform:systems";
    const place = ["config", key, system];
    if (!isMap(document.getIn(place))) {
        throw new UserError(
            `${file.name}: ${key}.${system} is no mapping, so databaseInstances.${store}: ${identifier} has to be added by hand.`,
        );
    }
    document.setIn([...place, "databaseInstances", store], identifier);
    return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
