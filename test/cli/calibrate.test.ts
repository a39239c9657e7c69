import { readFileSync } from "node:fs";
import { expect } from "chai";
import { readTrace } from "../../adapters/trace-csv.ts";
import { scaleUp } from "../../policy/contention.ts";
import { responseTimes } from "../../policy/response-time.ts";
import {
  type FakeCloudWatch,
  failed,
  fakeCloudWatch,
  type Recorded,
  recorded,
} from "../support/fake-cloudwatch.ts";
import { CONTENTION, contendedCsv, loadTestCsv } from "../support/measurements.ts";
import { PROFILE } from "../support/services.ts";
import { folder, run } from "./setpoint.ts";

/** Twice what so many tasks can serve is offered them, a tenth of which one task kept up with. */
function overTasks(counts: readonly number[]): string {
  const past = counts.map((tasks) => [200 * tasks, 100 * scaleUp(CONTENTION, tasks), tasks].join(","));
  return ["offered_rps,achieved_rps,tasks", "10,10,1", ...past, ""].join("\n");
}

const root = folder({
  "mixed.csv": contendedCsv(PROFILE),
  "waiting.csv": `offered_rps,achieved_rps,tasks\n10,10,1\n${[1, 2, 4, 8, 16].map((tasks) => `${30 * tasks},${28.8 * tasks},${tasks}`).join("\n")}\n`,
  "tasks.csv": overTasks([1, 2, 4, 8, 16]),
  "few-tasks.csv": `${loadTestCsv(PROFILE, [0.1, 0.3, 0.5, 0.7, 0.8, 0.9]).replaceAll("\n", ",1\n").replace("p99_ms,1", "p99_ms,tasks")},1\n40,20,,,,2\n`,
  "cart.csv": loadTestCsv(PROFILE, [0.1, 0.3, 0.5, 0.7, 0.8, 0.9]),
  "idle.csv": loadTestCsv(PROFILE, [0.02, 0.05, 0.1]),
  "swapped.csv": "offered_rps,p50_ms,p99_ms\n1,9,5\n2,9,5\n",
  "busy.csv": `offered_rps,p50_ms,p99_ms,cpu_percent\n${[2, 4, 6, 8].map((rate) => `${rate},160,640,${10 * rate}`).join("\n")}\n`,
  "unread.csv": "offered_rps,achieved_rps,p99 (ms)\n10,10,50\n20,20,60\n30,30,70\n",
  "leak.csv": `achieved_rps,duration_s,memory_mb\n${[10, 30, 10, 20, 30, 20].map((rate, i) => `${rate},1800,${200 + 2 * rate + 25 * i}`).join("\n")}\n`,
});

describe("setpoint calibrate --load-test", () => {
  it("prints each estimate with its interval, the rows beside the model, and the lines to commit", async () => {
    const { code, stdout } = await run(["calibrate", "--load-test", `${root}/cart.csv`, "--max-wait", "5s"]);
    expect(code).to.equal(0);
    for (const part of ["What one task can do", "Measured, and what the model says", "To commit"])
      expect(stdout).to.include(`\n  ${part}`);
    expect(stdout)
      .to.match(/service time +mean 200 ms \(95 %: /)
      .and.match(/serviceTime: \{ mean: 200 ms, cv: 0\.7 \}\n {6}concurrency: 2\n/);
    for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
  });

  it("gives programs the same in seconds and ratios", async () => {
    const { code, stdout } = await run(["calibrate", "--load-test", `${root}/cart.csv`, "--format", "json"]);
    const { profile } = JSON.parse(stdout);
    expect({ code, kind: profile.kind }).to.deep.equal({ code: 0, kind: "calibrated" });
    expect(profile.calibration.mean.value).to.be.closeTo(0.2, 1e-3);
  });

  it("LT-6 shows the fit and the rows that it does not believe, the way out, and exits with 1", async () => {
    const { code, stdout } = await run(["calibrate", "--load-test", `${root}/idle.csv`]);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/✗ The task's profile is refused:\n +· nothing comes near saturation/)
      .and.match(/The fit that is not believed/)
      .and.match(/way out: .*declare `serviceTime`/)
      .and.not.include("To commit");
  });

  it("commits the CPU time, where CPU is full before the slots are", async () => {
    const args = ["calibrate", "--load-test", `${root}/busy.csv`, "--concurrency", "8"];
    expect((await run(args)).stdout).to.match(/To commit[\s\S]*# cpuTime: 100 ms × the task's vCPUs/);
    expect((await run([...args, "--vcpus", "0.5"])).stdout).to.match(
      /To commit[\s\S]*\n {6}cpuTime: 50 ms\n/,
    );
  });

  it("makes no CPU of what is lost in rounding", async () => {
    const { stdout } = await run(["calibrate", "--load-test", `${root}/busy.csv`, "--concurrency", "8"]);
    expect(stdout).to.match(/without requests +0 % \(95 %: 0 % to 0 %\)/);
  });

  it("refuses a table of which nothing can be fitted, as where no response time is found", async () => {
    const { code, stdout, stderr } = await run(["calibrate", "--load-test", `${root}/unread.csv`]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr).to.match(/unread\.csv: no row holds what can be fitted; besides the rate there must be/);
  });

  it("fits once the concurrency is known", async () => {
    const { code, stdout } = await run([
      "calibrate",
      "--load-test",
      `${root}/idle.csv`,
      "--concurrency",
      "2",
    ]);
    expect(code).to.equal(0);
    expect(stdout).to.include("concurrency: 2");
  });

  it("fits the Universal Scalability Law to throughput against users", async () => {
    const { code, stdout } = await run(["calibrate", "--load-test", "test/fixtures/latency/specsdm91.csv"]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/rests on +7 different N from 1 to 216, in 7 rows\n/)
      .and.match(/α, contention +0\.0277 \(95 %: /)
      .and.match(/most throughput +at N = 96\.5/)
      .and.not.include("To commit"); // its N are no tasks
  });

  it("fits it to what 1 to 16 tasks serve at most, says on how many counts it rests, and prints contention to commit", async () => {
    const { code, stdout } = await run(["calibrate", "--load-test", `${root}/tasks.csv`]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/rests on +5 task counts from 1 to 16, in 5 rows that achieve less than was offered\n/)
      .and.match(/To commit\n {4}capacity:\n {6}contention: \{ alpha: 0\.03, beta: 0\.0005 \}\n/)
      .and.not.include("serviceTime: {");
    for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
  });

  it("prints no contention that is not told from none, such as of a load generator that is a little slow everywhere", async () => {
    const { code, stdout } = await run(["calibrate", "--load-test", `${root}/waiting.csv`]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/α, contention/)
      .and.not.include("To commit");
  });

  it("commits no service time of tasks that slow each other beside the contention that does so", async () => {
    const { stdout } = await run([
      ...["calibrate", "--load-test", `${root}/mixed.csv`, "--concurrency", "2", "--max-wait", "5s"],
    ]);
    const [found, commit] = stdout.split("To commit");
    expect(found).to.include("What one task can do");
    expect(commit).to.include("contention: {").and.not.include("serviceTime: {");
  });

  it("fits the profile alone where too few task counts have a row past saturation, and says what is missing", async () => {
    const { code, stdout } = await run([
      ...["calibrate", "--load-test", `${root}/few-tasks.csv`, "--concurrency", "2", "--max-wait", "5s"],
    ]);
    expect(code).to.equal(0);
    expect(stdout.replace(/\s+/g, " "))
      .to.include("1 task count(s) have a row past saturation; with at least 4 it would tell `contention`")
      .and.include("capacity: serviceTime: { mean: 200 ms")
      .and.not.include("contention: {");
  });

  it("CW-18 states CPU seconds for the vCPUs given, and exits with 1 where requests do not explain them", async () => {
    const args = ["calibrate", "--load-test", "test/fixtures/latency/oracle-oltp-2min.csv", "--vcpus", "2"];
    const { code, stdout } = await run(args);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/✗ CPU is refused as a measure of load:\n +· requests explain 49\.8 % of CPU/)
      .and.match(/a request +138 ms .* of CPU\n/);
  });

  it("CAP-14 warns of memory that grows at constant load", async () => {
    const { stdout } = await run(["calibrate", "--load-test", `${root}/leak.csv`]);
    expect(stdout).to.match(/memory grows 50 MB\/h at constant load/);
  });

  it("LT-2 exits with 2 on a broken table", async () => {
    const { code, stdout, stderr } = await run(["calibrate", "--load-test", `${root}/swapped.csv`]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr.split("\n").filter((line) => /p99 is 5 ms and p50 is 9 ms/.test(line))).to.have.lengthOf(2);
  });

  for (const [line, right] of [
    ["", /nothing to read; write `--load-test file\.csv`, or `--load-balancer/],
    ["--load-test a.csv --load-balancer shop", /cannot be used with/],
    ["--load-balancer shop --arrivals even", /cannot be used with/],
    ["--load-test a.csv --arrivals odd", /Allowed choices are random, even/],
    ["--load-balancer shop --tasks 3", /cannot be used with/],
    ["--load-balancer shop --cluster main", /--service: it is missing/],
    ["--load-balancer shop --days 0", /whole number of at least 1/],
    ["--load-balancer shop --days 456", /CloudWatch keeps metrics for 455 days/],
    ["--load-balancer shop --resolution 60", /a time, as/],
  ] as const)
    it(`exits with 2 on \`setpoint calibrate ${line}\``, async () => {
      const { code, stdout, stderr } = await run([
        "calibrate",
        ...line.split(" ").filter((word) => word !== ""),
      ]);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
      expect(stderr).to.match(right);
    });
});

/** Two tasks as the model has them, whose load swings between 20 and 95 % of what they can do, three times a day. */
const swinging: Recorded = (metric, statistic, time) => {
  const utilization = 0.575 - 0.375 * Math.cos((2 * Math.PI * time) / 28_800);
  const rate = (utilization * PROFILE.concurrency) / PROFILE.serviceTime.mean;
  if (metric === "RequestCount") return 2 * 60 * rate;
  if (metric === "RunningTaskCount") return 2;
  if (metric === "CPUUtilization") return 3 + 90 * utilization;
  if (metric !== "TargetResponseTime") return undefined;
  const figures = { Average: "mean", p50: 0.5, p90: 0.9, p99: 0.99 } as const;
  return responseTimes(PROFILE, 2, rate, [figures[statistic as keyof typeof figures]])[0];
};

describe("setpoint calibrate of CloudWatch", () => {
  const names = [
    "--load-balancer",
    "app/shop/1",
    "--target-group",
    "targetgroup/cart/1",
    "--cluster",
    "shop",
    "--service",
    "cart",
  ];
  const before_ = { ...process.env };
  let cloud: FakeCloudWatch;
  let throttled = 0;

  before(async () => {
    cloud = await fakeCloudWatch((asked) => {
      if (throttled-- > 0) return failed("ThrottlingException", "Rate exceeded");
      return recorded(swinging, asked);
    });
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
  });
  after(() => {
    for (const name of ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
      if (before_[name] === undefined) delete process.env[name];
      else process.env[name] = before_[name];
    cloud.close();
  });

  it("reads a day, fits it, and writes the history that the plan can use", async () => {
    throttled = 1;
    const trace = `${root}/shop.csv`;
    const { code, stdout } = await run([
      "calibrate",
      ...names,
      "--days",
      "1",
      "--max-wait",
      "5s",
      "--write-trace",
      trace,
    ]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^CloudWatch in eu-west-1, app\/shop\/1: 1440 rows/)
      .and.match(/concurrency: 2\n/)
      .and.include(`history: ${trace} # 1 d`);
    for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
    expect(readTrace(trace).trace.rates).to.have.lengthOf(1440);
    expect(readFileSync(trace, "utf8").split("\n")[0]).to.equal("timestamp,requests_per_second");
  });

  it("STA-12 leaves nothing behind where the history cannot be written", async () => {
    const args = ["calibrate", ...names, "--days", "1", "--write-trace", `${root}/no/such/folder.csv`];
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr).to.match(/cannot be written \(ENOENT\)/);
  });

  it("CW-8 exits with 2 when a resolution is demanded that is no longer kept", async () => {
    const { code, stderr } = await run(["calibrate", ...names, "--days", "30", "--resolution", "60s"]);
    expect(code).to.equal(2);
    expect(stderr).to.match(/keeps periods of 60 s for 15 d/);
  });
});
