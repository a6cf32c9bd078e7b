import { readConfiguration } from "../../simulation/configuration";
import { detectMode, type Machine, type Mode } from "../credentials";

/**
 * Whether a job acts or simulates, and why. A workflow names the role that it may assume before it has assumed it; that counts as
 * credentials where GitHub offers the job an identity token, which it does not for pull requests from forks.
 */
export function pipelineMode(root: string, stack: string, machine: Machine): Mode {
    const { secretsProvider } = readConfiguration(root, stack);
    const { AWS_ROLE_TO_ASSUME: role, ACTIONS_ID_TOKEN_REQUEST_URL: token } = machine.env;
    const byRole = Boolean(role) && Boolean(token);
    const mode = detectMode(machine, {
        aws: !byRole,
        ...(secretsProvider !== undefined && { secretsProvider }),
    });
    if (byRole) {
        return mode.real ? { ...mode, reasons: [`AWS role ${role} by OIDC`, ...mode.reasons] } : mode;
    }
    return role
        ? { ...mode, reasons: ["GitHub offers no identity token", ...mode.reasons] }
        : { ...mode, remedies: mode.remedies.map(inWorkflow) };
}

/** Nobody logs in by hand in a workflow. */
function inWorkflow(remedy: string): string {
    if (/aws configure/.test(remedy)) {
        return "set the variable AWS_DEPLOY_ROLE_ARN of the GitHub environment to the role that bootstrap/ makes";
    }
    return /pulumi login/.test(remedy)
        ? "set the variable PULUMI_BACKEND_URL, or the secret PULUMI_ACCESS_TOKEN"
        : remedy;
}
