// `npm run mutate:rules`: see mutateRules.ts.
require("../register.js");
require("./mutateRules.ts")
    .main()
    .then(
        (status) => {
            process.exitCode = status;
        },
        (error) => {
            console.error(error.message);
            process.exitCode = 1;
        },
    );
