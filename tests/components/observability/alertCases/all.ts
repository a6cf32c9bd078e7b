import type { AlertName } from "../../../../components/observability/limits";
import { availabilityCases } from "./availability";
import { trafficCases } from "./traffic";
import { saturationCases } from "./saturation";
import { databaseCases } from "./database";
import { volumesCases } from "./volumes";
import { cacheCases } from "./cache";
import type { AlertCase } from "./situation";

/** A case for each alert that the platform ships. An alert without one does not compile. */
export const alertCases: Readonly<Record<AlertName, AlertCase>> = {
    ...availabilityCases,
    ...trafficCases,
    ...saturationCases,
    ...databaseCases,
    ...volumesCases,
    ...cacheCases,
};
