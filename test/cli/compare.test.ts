import { expect } from "chai";
import { habitual } from "../support/synthetic.ts";
import { folder, run, serviceYaml, setpoint, traceCsv } from "./setpoint.ts";

const root = folder({
  "services.yaml": `services:\n  cart:${serviceYaml("{ peak: 20 /s }")}`,
  "shop.csv": traceCsv(30),
  "long.yaml": `services:\n  cart:${serviceYaml("{ history: shop.csv }")}`,
  "two.yaml": `services:\n  cart:${serviceYaml("{ peak: 20 /s }")}  web:${serviceYaml("{ peak: 10 /s }")}`,
  "impossible.yaml": `services:\n  cart:${serviceYaml("{ peak: 20 /s }", "250 ms")}`,
});
const few = ["--with", "ecs:m7i.large", "--with", "ec2:t2.small"];

describe("setpoint compare", () => {
  it("puts the options side by side in lines of at most 100 columns, and marks the cheapest that meets all", async () => {
    const { code, stdout } = await run(["compare", "-f", `${root}/services.yaml`, ...few, "-j", "1"]);
    expect(code).to.equal(0);
    for (const name of ["Fargate, 0.5 vCPU, 1 GB *", "ECS on m7i.large, 4 tasks each", "EC2 t2.small"])
      expect(stdout).to.include(name);
    expect(stdout.match(/✓ cheapest/g)).to.have.lengthOf(1);
    expect(stdout).to.match(/is the cheapest that meets every SLO: \d+ USD a month/);
    for (const line of stdout.split("\n")) expect(line.length, line).to.be.at.most(100);
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).to.include("replayed on a day assumed from the peak declared, on which its plan was made.");
    expect(words).to.include(
      "note: no history is declared: a day that swings between 35 % and 80 % of the peak",
    );
  });

  it("says that of a longer history its newest four weeks are replayed", async () => {
    const { stdout } = await run([
      "compare",
      "-f",
      `${root}/long.yaml`,
      "--with",
      "ec2:m7i.large",
      "-j",
      "1",
    ]);
    expect(stdout.replaceAll(/\s+/g, " ")).to.include(
      "replayed on the newest 28 days of the traffic declared, on which its plan was made (its newest 14 days counting most).",
    );
  });

  it("gives programs the same, for every service, and ends once it has told them", async () => {
    const { code, stdout, stderr } = await setpoint(root, [
      ...["compare", "-f", "two.yaml", ...few, "--format", "json", "-j", "2"],
    ]);
    expect(code, stderr).to.equal(0);
    const services = JSON.parse(stdout);
    expect(services.map(({ service }: { service: string }) => service)).to.deep.equal(["cart", "web"]);
    for (const { cheapest, options } of services) {
      const meeting = options.filter(({ meets }: { meets: boolean }) => meets);
      const least = Math.min(...meeting.map((each: { dollarsPerMonth: number }) => each.dollarsPerMonth));
      expect(options.find(({ name }: { name: string }) => name === cheapest).dollarsPerMonth).to.equal(least);
      expect(options.map(({ kind }: { kind: string }) => kind)).to.deep.equal(["fargate", "ecs", "ec2"]);
    }
  });

  it("says that an image for Arm is not one for instances of x86, and prices its tasks on Fargate as Arm's", async () => {
    const declared = `${serviceYaml("{ peak: 20 /s }")}\n    deploy: { cpuArchitecture: arm64 }\n`;
    const files = folder({ "arm.yaml": `services:\n  cart:${declared}` });
    const options = ["--with", "ec2:m5.large", "--with", "ec2:t4g.small", "--with", "fargate:1024/2048"];
    const args = ["compare", "-f", `${files}/arm.yaml`, ...options, "-j", "1", "--format", "json"];
    const [compared] = JSON.parse((await run(args)).stdout);
    expect(compared.notes.join()).to.include("EC2 m5.large: x86, for which an image for arm64 must be built");
    expect(compared.notes.join()).not.to.include("t4g.small");
    const onFargate = compared.options.filter(({ kind }: { kind: string }) => kind === "fargate");
    const prices = onFargate.map(({ price }: { price: number }) => price.toFixed(5));
    expect(prices).to.deep.equal(["0.01975", "0.03950"]);
  });

  it("says that instances are priced without Windows' licence", async () => {
    const windows = `${serviceYaml("{ peak: 20 /s }")}\n    deploy: { operatingSystem: WINDOWS_SERVER_2022_CORE }\n`;
    const file = `${folder({ "windows.yaml": `services:\n  cart:${windows}` })}/windows.yaml`;
    const { stdout } = await run(["compare", "-f", file, "--with", "ec2:m5.large", "-j", "1"]);
    expect(stdout.replaceAll(/\s+/g, " ")).to.include(
      "instances are priced with Linux, and Windows' licence",
    );
  });

  it("says that an image for x86 is not one for instances of Arm", async () => {
    const files = folder({ "shop.yaml": `services:\n  cart:${serviceYaml("{ peak: 20 /s }")}` });
    const options = ["--with", "ec2:t4g.small", "--with", "ec2:m5.large", "-j", "1"];
    const { stdout } = await run(["compare", "-f", `${files}/shop.yaml`, ...options]);
    expect(stdout).to.match(/note: EC2 t4g\.small unlimited: arm64, for which an image for x86 must be/);
  });

  it("says what stands in for AWS's forecast where one scales", async () => {
    const declared = `${serviceYaml("{ history: shop.csv }")}\n    policies: { predictive: forecastAndScale }\n`;
    const files = folder({ "shop.csv": traceCsv(3), "forecasts.yaml": `services:\n  cart:${declared}` });
    const { stdout } = await run([
      ...["compare", "-f", `${files}/forecasts.yaml`, "--with", "ec2:m5.large", "-j", "1"],
    ]);
    expect(stdout.replace(/\s+/g, " ")).to.match(
      /note: AWS does not publish its forecast; the back-test has in its place/,
    );
    const { stdout: json } = await run([
      ...[
        "compare",
        "-f",
        `${files}/forecasts.yaml`,
        "--with",
        "ec2:m5.large",
        "-j",
        "1",
        "--format",
        "json",
      ],
    ]);
    expect(JSON.parse(json)[0].notes.join()).to.include("AWS does not publish its forecast");
  });

  it("says that what is declared meets no SLO where what costs more does", async () => {
    const slow = serviceYaml("{ peak: 20 /s }", "500 ms").replace("75 s", "75 s, cpuTime: 95 ms");
    const file = `${folder({ "slow.yaml": `services:\n  cart:${slow}` })}/slow.yaml`;
    const { code, stdout } = await run(["compare", "-f", file, "--with", "fargate:2048/4096", "-j", "1"]);
    expect(code).to.equal(0);
    expect(stdout.replaceAll(/\s+/g, " ")).to.match(
      /Fargate, 2 vCPU, 4 GB is the cheapest that meets every SLO: \d+ USD a month, and what is declared does not\./,
    );
    // Even idle it is too slow: no load is to blame.
    expect(stdout).to.match(/^ +Fargate, 0\.5 vCPU, 1 GB \* .* service time +✗$/m);
  });

  it("tells of which option's plan misses are likely: the cheapest may be so for them", async () => {
    const { start, step, rates } = habitual({
      days: 5,
      level: 60,
      swing: 0.3,
      bursts: 0.6,
      height: 3,
      seed: 3,
    });
    const rows = rates.map((rate, i) => `${start - 28 * 86_400 + i * step},${rate}`);
    const files = folder({
      "bursts.csv": ["timestamp,requests_per_second", ...rows].join("\n"),
      "services.yaml": `services:\n  cart:${serviceYaml("{ history: bursts.csv }").replace("max: 20", "max: 90")}`,
    });
    const args = ["compare", "-f", `${files}/services.yaml`, "--with", "fargate:512/1024", "-j", "1"];
    const { stdout } = await run(args);
    expect(stdout.replaceAll(/\s+/g, " ")).to.match(
      /note: Fargate, 0\.5 vCPU, 1 GB: about 1 in \d+ windows of two days is likely to miss an SLO: /,
    );
  });

  it("names a burstable type once, by how it lives on credits, and what that costs", async () => {
    const busy = serviceYaml("{ history: shop.csv }").replace(
      /compute: .*/,
      "compute: { type: ec2, instanceType: t3.small }",
    );
    const file = `${folder({ "shop.csv": traceCsv(3), "busy.yaml": `services:\n  cart:${busy}` })}/busy.yaml`;
    const { stdout } = await run([
      "compare",
      "-f",
      file,
      "--with",
      "ec2:t3.small",
      "--with",
      "ec2:t2.small",
      "-j",
      "1",
    ]);
    expect(stdout.match(/^ +EC2 t.*[✓✗].*/gm)).to.have.lengthOf(2);
    expect(stdout)
      .to.match(/EC2 t3\.small unlimited \*/)
      .and.match(/EC2 t2\.small standard /);
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).to.match(
      /EC2 t3\.small unlimited: \d+\.\d\d USD a month of it are for surplus CPU credits\./,
    );
    expect(words).to.include("min, 1, is kept for each of them, whatever its size; max, 20, is left aside");
  });

  it("speaks of a budget where there is one", async () => {
    const poor = serviceYaml("{ peak: 20 /s }").replace("max: 20", "budget: 20 USD/month");
    const file = `${folder({ "poor.yaml": `services:\n  cart:${poor}` })}/poor.yaml`;
    const { stdout } = await run(["compare", "-f", file, "--with", "ec2:t2.small", "-j", "1"]);
    expect(stdout).to.include("none meets every SLO within the budget.");
  });

  it("exits with 1 where none meets the SLOs, and says why", async () => {
    const { code, stdout } = await run([
      "compare",
      "-f",
      `${root}/impossible.yaml`,
      "--with",
      "ec2:m7i.large",
      "-j",
      "1",
    ]);
    expect(code).to.equal(1);
    expect(stdout).to.include("none meets every SLO.").and.include("cannot be met");
  });

  it("reports all bad options at once, and exits with 2", async () => {
    const { code, stdout, stderr } = await run(["compare", "--with", "ec2:t2.smal", "--with", "lambda:512"]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(stderr).to.include("--with ec2:t2.smal").and.include("--with lambda:512");
  });
});
