import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { natRules, natSetup } from "../../../components/network/natSetup";

const cidr = "10.10.0.0/16";

function run(program: string, args: readonly string[], input = ""): SpawnSyncReturns<string> {
    return spawnSync(program, args, { input, encoding: "utf8", timeout: 20_000 });
}

/** Three machines, each a network namespace: a pod in the VPC, the NAT between two networks, a server on the internet. */
const network = `
set -e
ip link set lo up
mount -t tmpfs none /run
for name in pod outside; do ip netns add $name; ip -n $name link set lo up; done
ip link add inner type veth peer name eth0 netns pod
ip link add outer type veth peer name eth0 netns outside
ip addr add 10.10.0.1/19 dev inner; ip link set inner up
ip addr add 203.0.113.1/24 dev outer; ip link set outer up
ip -n pod addr add 10.10.0.5/19 dev eth0; ip -n pod link set eth0 up; ip -n pod route add default via 10.10.0.1
ip -n outside addr add 203.0.113.9/24 dev eth0; ip -n outside link set eth0 up
ip -n outside route add 10.10.0.0/16 via 203.0.113.1
sysctl -qw net.ipv4.ip_forward=1
nft -f -
nft list ruleset > /dev/null
`;

const server = `require("node:net").createServer((socket) => socket.end(socket.remoteAddress)).listen(8080)`;
const client = (address: string): string =>
    `const socket = require("node:net").connect(8080, "${address}");` +
    `socket.on("data", (data) => console.log("seen as " + data));` +
    `setTimeout(() => { console.log("no answer"); process.exit(); }, 1500).unref();` +
    `socket.on("error", (error) => console.log(error.code));`;

/** Connects from one of the namespaces to a server in the other, and says as whom the server sees the client. */
function connection(from: "pod" | "outside", to: "pod" | "outside", address: string): SpawnSyncReturns<string> {
    const script = `${network}
ip netns exec ${to} ${process.execPath} -e '${server}' &
server=$!
sleep 0.5
timeout 3 ip netns exec ${from} ${process.execPath} -e '${client(address)}' || echo "no answer"
kill $server
`;
    return run("unshare", ["--mount", "--net", "bash", "-c", script], natRules(cidr));
}

describe("the setup of a NAT instance", () => {
    it("is a script that bash understands", () => {
        const { status, stderr } = run("bash", ["-n"], natSetup(cidr));
        assert.equal(status, 0, stderr);
    });

    it("makes room in memory before it calls the package manager", () => {
        const script = natSetup(cidr);
        assert.ok(script.indexOf("swapon") > 0 && script.indexOf("swapon") < script.indexOf("dnf install"));
    });

    it("is small enough for user data, which may have 16 KiB", () => {
        assert.ok(Buffer.byteLength(natSetup(cidr)) < 16_384);
    });

    describe("in the kernel", () => {
        before(function () {
            const possible = run("unshare", ["--mount", "--net", "bash", "-c", network], natRules(cidr));
            if (possible.error !== undefined || possible.status !== 0) {
                this.test!.parent!.title += `: skipped, it needs root, ip and nft (${possible.stderr?.trim() ?? ""})`;
                this.skip();
            }
        });

        it("hides a pod that asks the internet behind the instance's address", () => {
            const { stdout, stderr } = connection("pod", "outside", "203.0.113.9");
            assert.equal(stdout.trim(), "seen as ::ffff:203.0.113.1", stderr);
        });

        it("lets nobody on the internet connect to a pod", () => {
            const { stdout, stderr } = connection("outside", "pod", "10.10.0.5");
            assert.equal(stdout.trim(), "no answer", stderr);
        });
    });
});
