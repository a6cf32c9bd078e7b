import { loadConfig } from "./config/load";
import { systemDefinitions } from "./stacks/registry";
import { composeStack } from "./stacks/stack";

export = composeStack(loadConfig(), systemDefinitions);
