import { z } from "zod";
import { retention } from "../../config/fields";
import { tagContext, textInput } from "../checkedArgs";
import { members, text, texts } from "../shapes";

/** The types of `NetworkArgs`. What ranges, zones and ways out are possible is the subnet plan's to say. */
export const networkShape = members(
    {},
    {
        tags: tagContext,
        region: text,
        cidr: text,
        availabilityZones: texts,
        nat: z.enum(["none", "instance", "single", "per-az"]),
        interfaceEndpoints: texts,
        flowLogRetentionDays: retention,
        clusterName: text,
        logsKeyArn: textInput,
    },
);
