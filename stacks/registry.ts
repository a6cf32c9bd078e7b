import type { SystemDefinition } from "../components/system/declaration";
import { userManagement } from "./userManagement";

/** Every system that a stack may run. A new system is one file beside this one and one line here. */
export const systemDefinitions: readonly SystemDefinition[] = [userManagement];
