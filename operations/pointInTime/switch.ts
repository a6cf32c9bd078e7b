import { UserError } from "../../simulation/failure";
import { simulate } from "../../simulation/program";
import type { Context } from "../command";
import { deliveredFromGit } from "../delivery";
import { deploy } from "../deploy";
import { instanceType, switchProblems, type ManagedStore } from "./instance";
import { goOnText, required } from "./restore";
import { withInstance } from "./stackFile";

/**
 * Makes an instance the live database: the stack's file names it, Pulumi's state is handed it, and a deployment leads the services to it.
 * The one that was live before stays as it is, outside of Pulumi.
 */
export async function switchTo(context: Context, live: ManagedStore, identifier: string): Promise<void> {
    const { stack, file, location, around, screen } = context;
    const [source, other] = [await required(context, live.identifier), await required(context, identifier)];
    const problems = switchProblems(source, other);
    if (problems.length > 0) {
        throw new UserError(`${identifier} cannot take the place of ${live.identifier}: ${problems.join("; ")}.`);
    }
    // Before anything is touched: a configuration that is refused now would be refused half-way.
    const text = withInstance(file, live, identifier);
    await simulate({ root: around.root, stack, stackFile: text });
    await context.confirm(
        `Make ${identifier} the live ${live.store} of ${live.system} in ${stack}, in place of ${live.identifier}?`,
    );

    const deployed = await around.stack(stack);
    await deployed.takeOver(
        { type: instanceType, name: live.resource, id: other.DbiResourceId, inputs: { identifier } },
        (output) => screen.write(output),
    );
    around.writeFile(location, text);
    screen.write(
        `${file.name} and the state of ${stack} name ${identifier}. The services follow with this deployment:\n`,
    );
    const next: Context = {
        ...context,
        file: { ...file, text },
        plan: () => simulate({ root: around.root, stack, stackFile: text }),
    };
    try {
        await deploy(next, []);
    } catch (failure) {
        throw new UserError(
            [
                (failure as Error).message,
                `Until it is deployed, the services use ${live.identifier}. To go on: npm run deploy -- ${stack}`,
                `To go back: ${goOnText(stack, live, live.identifier)}`,
            ].join("\n"),
        );
    }
    screen.write(`${afterSwitchText(context, live)}\n`);
}

/** What is left to do, and the way back. */
function afterSwitchText(context: Context, live: ManagedStore): string {
    const { stack, file } = context;
    const { identifier } = live;
    const git = deliveredFromGit(context, live.system);
    return [
        ...(git === undefined
            ? []
            : [
                  `Commit ${git.path}/ to ${git.revision} of ${git.repositoryUrl}: until Argo CD has it, the services of ${live.system} use ${identifier}.`,
              ]),
        `Commit ${file.name}: without it the next deployment would rename the instance.`,
        `${identifier} still runs, is charged for, and is nobody's: Pulumi does not know it any more. To go back: ${goOnText(stack, live, identifier)}`,
        "Once all is well:",
        `  aws rds modify-db-instance --db-instance-identifier ${identifier} --no-deletion-protection --apply-immediately`,
        `  aws rds delete-db-instance --db-instance-identifier ${identifier} --final-db-snapshot-identifier ${identifier}-final`,
    ].join("\n");
}
