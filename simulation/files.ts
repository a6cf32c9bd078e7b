import { reportFile, reportName } from "../report/reportFile";
import { assess, type Assessment } from "./assessment";
import type { Difference } from "./difference/difference";
import { helmFiles } from "./helmFiles";
import { kustomizationFiles } from "./kustomization";
import { kubernetesObjects, manifestFiles } from "./manifests";
import { dashboardFiles, ruleFiles } from "./monitoringFiles";
import type { OutputFile } from "./outputFile";
import { planFile } from "./planFile";
import type { Plan } from "./record";

/** What may stand at the top of an output directory, beside a directory for each system. */
export const outputEntries: readonly string[] = ["plan.json", reportName, "manifests", "helm", "rules", "dashboards"];

/** Every file of a simulation's output. The same plan gives the same bytes. The report shows a difference where there is one. */
export function filesOf(plan: Plan, assessment: Assessment = assess(plan), difference?: Difference): OutputFile[] {
    const objects = kubernetesObjects(plan);
    return [
        planFile(plan),
        reportFile(plan, assessment, difference),
        ...manifestFiles(objects),
        ...helmFiles(plan),
        ...ruleFiles(objects),
        ...dashboardFiles(objects),
        ...kustomizationFiles(objects),
    ];
}
