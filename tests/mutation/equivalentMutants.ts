const notANumber =
    "Durations are not negative, and NaN, which stands for no traffic, is neither at least 0 nor at least -1.";
const wholeNumbers = "It counts, so that there is nothing between the two.";
const emptyVolume =
    "Divided by a capacity of 0 what is available is NaN or infinite, and 1 less that is above no share.";
const nothingTimes =
    "Nothing times a rate is 0 whatever it looks back, and where there is no rate over five minutes the misses beside it are missing.";

/** Mutants that no test can notice, because they say the same as the rule, with why. */
export const equivalentMutants: Readonly<Record<string, string>> = {
    "service:http_request_duration_seconds:p50_rate: >= 0 → >= -1 at 150": notANumber,
    "service:http_request_duration_seconds:p95_rate: >= 0 → >= -1 at 151": notANumber,
    "service:http_request_duration_seconds:p99_rate: >= 0 → >= -1 at 151": notANumber,
    "DatabaseReplicaMissing: < 2 → < 1.8 at 265": wholeNumbers,
    "PodRestarting: > 3 → > 3.3 at 177": wholeNumbers,
    "VolumeNearlyFull: > 0 → > -1 at 393": emptyVolume,
    "VolumeFillingUp: > 0 → > -1 at 393": emptyVolume,
    "service:cache_hits:ratio_rate: [5m] → [15m] at 219": nothingTimes,
    "service:cache_hits:ratio_rate: [5m] → [15m] at 449": nothingTimes,
};
