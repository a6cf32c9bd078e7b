import assert from "node:assert/strict";
import { addDemand, quotaFor, timesDemand } from "../../../components/system/quota";

describe("the quota of a namespace", () => {
    const largest = { pods: 12, cpuMillicores: 2000, memoryMiB: 4000 };

    it("holds the system at its largest, a rolling update and some spare", () => {
        assert.deepEqual(quotaFor(largest, { loadBalancers: 1, nodePorts: 0 }), {
            pods: "20",
            "requests.cpu": "3500m",
            "requests.memory": "7048Mi",
            "services.loadbalancers": "1",
            "services.nodeports": "0",
        });
    });

    it("adds and multiplies every part of a demand, rounding up", () => {
        assert.deepEqual(addDemand(largest, largest), timesDemand(largest, 2));
        assert.deepEqual(timesDemand({ pods: 1, cpuMillicores: 1, memoryMiB: 1 }, 1.25), {
            pods: 2,
            cpuMillicores: 2,
            memoryMiB: 2,
        });
    });
});
