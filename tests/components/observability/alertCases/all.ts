import type { AlertName } from "../../../../components/observability/limits";
import { availabilityCases } from "./availability";
import { trafficCases } from "./traffic";
import { saturationCases } from "./saturation";
import { controllersCases } from "./controllers";
import { deliveryCases } from "./delivery";
import { objectivesCases } from "./objectives";
import { databaseCases } from "./database";
import { volumesCases } from "./volumes";
import { cacheCases } from "./cache";
import type { AlertCase } from "./situation";

/** The cases of each alert that the platform ships. An alert without one does not compile. */
export const alertCases: Readonly<Record<AlertName, AlertCase | readonly AlertCase[]>> = {
    ...availabilityCases,
    ...trafficCases,
    ...objectivesCases,
    ...deliveryCases,
    ...controllersCases,
    ...saturationCases,
    ...databaseCases,
    ...volumesCases,
    ...cacheCases,
};
