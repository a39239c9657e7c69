import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { folder } from "../cli/setpoint.ts";
import { CART, controlsOf, flat } from "../support/services.ts";

const HEAD = `
import { expect, use } from ${JSON.stringify(new URL("../../node_modules/chai/index.js", import.meta.url).href)};
import { capacity } from ${JSON.stringify(new URL("../../testing/index.ts", import.meta.url).href)};
use(capacity);
const plan: any = ${JSON.stringify({ service: CART, controls: controlsOf({ min: 10, max: 10 }) })};
const trace = ${JSON.stringify(flat(60, 20))};`;

describe("a capacity test that ends too early", () => {
  const unfinished: [string, RegExp][] = [
    [`expect(plan).to.meet("latency")`, /nothing was asserted: it is not said on which traffic/],
    [
      "expect(plan).to.survive({ zones: 3, survive: 1 })",
      /nothing was asserted: it is not said on which traffic/,
    ],
    ["expect(plan).to.cost.atMost(9)", /nothing was asserted: it is not said on which traffic/],
    ["expect(plan).on(trace)", /nothing was asserted: say what is expected on that traffic/],
    ["expect(plan).to.cost", /nothing was asserted: end it with \.cost\.atMost/],
    [
      "expect(plan).on(trace).to.meet('latency').and.peak",
      /nothing was asserted: end it with \.peak\.atMost/,
    ],
  ];
  const root = folder({
    "unfinished.test.ts": `
${HEAD}
const sentences: any[] = [${unfinished.map(([sentence]) => `() => { ${sentence}; }`).join(", ")}, () => { expect(plan).on(trace).to.meet("latency"); }];
it("waits for none", sentences[Number(process.env.SENTENCE)]);
it("waits for a promise", async () => { sentences[Number(process.env.SENTENCE)](); await new Promise((done) => setTimeout(done, 5)); });
it("calls back", (done) => { sentences[Number(process.env.SENTENCE)](); setTimeout(done, 5); });
it("is another", () => { expect(plan).on(trace).to.meet("latency"); });
it("ends its sentence later", async () => { const later = expect(plan).to.meet("latency"); await 1; later.on(trace); });
`,
  });
  const mocha = fileURLToPath(new URL("../../node_modules/mocha/bin/mocha.js", import.meta.url));
  const run = (tests: string, env: NodeJS.ProcessEnv) =>
    spawnSync(
      process.execPath,
      [mocha, "--no-config", "--no-color", "--node-option", "import=tsx", "--extension", "ts", tests],
      { env: { ...process.env, ...env }, encoding: "utf8" },
    );
  const ran = (sentence: number) => run(root, { SENTENCE: String(sentence) });

  for (const [i, [sentence, why]] of unfinished.entries())
    it(`fails by itself, whether it waits or not: ${sentence}`, () => {
      const { status, stdout } = ran(i);
      expect(stdout).to.match(why).and.include("unfinished.test.ts");
      expect(stdout).to.match(
        /1\) waits for none\n +2\) waits for a promise\n +3\) calls back\n +✔ is another.*\n +✔ ends its sentence later/,
      );
      expect(status).to.equal(3); // so many failed
    });

  it("leaves a test that calls back to call back when it is tried again", () => {
    const again = folder({
      "again.test.ts": `
${HEAD}
let tries = 0;
it("is tried again", function (done) {
  this.retries(2);
  setTimeout(() => done(++tries < 3 ? new Error("try " + tries) : undefined), 5);
});
`,
    });
    const { status, stdout } = run(again, {});
    expect(stdout).to.match(/1 passing/);
    expect(status).to.equal(0);
  });

  it("fails in a hook that runs just before a test, and not for a test that ran out of time", () => {
    const hooks = folder({
      "hooks.test.ts": `
${HEAD}
it("takes too long", function (done) { this.timeout(20); expect(plan).to.meet("latency"); });
it("is another", () => { expect(plan).on(trace).to.meet("latency"); });
describe("each", () => { beforeEach(() => { expect(plan).to.meet("latency"); }); it("comes after a hook", () => {}); });
`,
    });
    const { status, stdout } = run(hooks, {});
    expect(stdout).to.match(/1\) takes too long\n +✔ is another.*\n +each\n +2\) comes after a hook/);
    expect(stdout).to.match(/nothing was asserted: it is not said on which traffic/);
    expect(status).to.equal(2);
  });

  it("fails as soon as the statement is over where no test of mocha's runs", () => {
    const script = `${HEAD}\nexpect(plan).to.meet("latency");\n`;
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import=tsx", "--input-type=module", "-e", script.replace(": any", "")],
      { encoding: "utf8" },
    );
    expect(stderr).to.match(/nothing was asserted: it is not said on which traffic/);
    expect(status).to.equal(1);
  });

  it("is the only one that fails so", () => {
    expect(ran(unfinished.length).status).to.equal(0);
  });
});
