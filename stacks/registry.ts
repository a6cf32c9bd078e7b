import type { SystemDefinition } from "../components/system/declaration";
import { employeeManagement } from "./employeeManagement";
import { medicalPractice } from "./medicalPractice";
import { techcommerce } from "./techcommerce";
import { userManagement } from "./userManagement";
import { userService } from "./userService";

/** Every system that a stack may run. A new system is one file beside this one and one line here. */
export const systemDefinitions: readonly SystemDefinition[] = [
    userManagement,
    employeeManagement,
    userService,
    medicalPractice,
    techcommerce,
];
