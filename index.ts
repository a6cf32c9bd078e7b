import { loadConfig } from "./config/load";
import { systemDefinitions } from "./stacks/registry";
import { composeStack } from "./stacks/stack";

export = (): ReturnType<typeof composeStack> => composeStack(loadConfig(), systemDefinitions);
