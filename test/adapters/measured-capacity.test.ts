import { expect } from "chai";
import { isBadInput } from "../../adapters/bad-input.ts";
import { readDeclaration } from "../../adapters/declaration.ts";
import { taskBounds } from "../../policy/task-bounds.ts";
import { folder } from "../cli/setpoint.ts";
import { contendedCsv, loadTestCsv } from "../support/measurements.ts";
import { PROFILE } from "../support/services.ts";

const UP_TO_SATURATION = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9];

const declared = (capacity: string) => `services:
  cart:
    compute: { type: fargate, cpu: 512, memory: 1024 }
    slos:
      - { name: latency, threshold: 1 s, objective: 99 % }
    capacity: ${capacity}
    demand: { peak: 60 /s }
`;

/** Eight slots could serve 40 /s; a tenth of the task's CPU for each request, and 10 % without any, lets it have 9. */
function cpuBound(rates: readonly number[]): string {
  const slots = loadTestCsv(
    { ...PROFILE, concurrency: 8 },
    rates.map((rate) => rate / 40),
  );
  const [head, ...rows] = slots.trim().split("\n");
  return [`${head},cpu_percent`, ...rows.map((row, i) => `${row},${10 + 10 * rates[i]!}`)].join("\n");
}

const root = folder({
  "cart.csv": loadTestCsv(PROFILE, UP_TO_SATURATION),
  "idle.csv": loadTestCsv(PROFILE, [0.02, 0.05, 0.1]),
  "fitted.yaml": declared("{ loadTest: cart.csv, maxWait: 5 s, startup: 75 s }"),
  "known.yaml": declared(
    "{ loadTest: { file: idle.csv, tasks: 1 }, concurrency: 2, maxWait: 5 s, startup: 75 s }",
  ),
  "idle.yaml": declared("{ loadTest: idle.csv, maxWait: 5 s, startup: 75 s }"),
  "busy.csv": cpuBound([2, 4, 6, 8, 9]),
  "busy.yaml": declared("{ loadTest: busy.csv, concurrency: 8, startup: 75 s }"),
  "told.yaml": declared("{ loadTest: busy.csv, concurrency: 8, startup: 75 s, cpuTime: 30 ms }"),
  "shared.csv": contendedCsv(PROFILE),
  "shared.yaml": declared("{ loadTest: shared.csv, concurrency: 2, maxWait: 5 s, startup: 75 s }"),
  "alone.yaml": declared(
    "{ loadTest: shared.csv, concurrency: 2, maxWait: 5 s, startup: 75 s, contention: { alpha: 0.03, beta: 0 } }",
  ),
  "even.yaml": declared("{ loadTest: { file: cart.csv, arrivals: even }, maxWait: 5 s, startup: 75 s }"),
  "odd.yaml": declared("{ loadTest: { file: cart.csv, arrivals: odd }, maxWait: 5 s, startup: 75 s }"),
  "gone.yaml": declared("{ loadTest: gone.csv, maxWait: 5 s, startup: 75 s }"),
  "typo.yaml": declared("{ loadTest: { file: cart.csv, warmpu: 1 }, maxWait: 5 s, startup: 75 s }"),
});

function refusal(file: string): string {
  try {
    readDeclaration(`${root}/${file}`);
  } catch (error) {
    if (isBadInput(error)) return error.message;
    throw error;
  }
  return "accepted";
}

describe("capacity declared by a load test", () => {
  it("is fitted when the declaration is read, with its confidence in a note", () => {
    const [cart] = readDeclaration(`${root}/fitted.yaml`);
    const { serviceTime, concurrency, maxWait, startup } = cart!.service.capacity;
    expect(serviceTime.mean).to.be.closeTo(0.2, 0.001);
    expect(serviceTime.cv).to.be.closeTo(0.7, 0.01);
    expect({ concurrency, maxWait, startup }).to.deep.equal({ concurrency: 2, maxWait: 5, startup: 75 });
    expect(cart!.notes.join("\n")).to.match(
      /fitted to cart\.csv: service time 200 ms \(.* to .*\), cv 0\.7.*2 at a time \(95 % confidence\)/,
    );
  });

  it("takes the concurrency that is declared beside it", () => {
    const [cart] = readDeclaration(`${root}/known.yaml`);
    expect(cart!.service.capacity.concurrency).to.equal(2);
    expect(cart!.service.capacity.serviceTime.mean).to.be.closeTo(0.2, 0.001);
  });

  it("is bounded by CPU where the test has that full before the slots are", () => {
    const [cart] = readDeclaration(`${root}/busy.yaml`);
    expect(cart!.service.capacity.cpuTime).to.be.closeTo(0.5 / 9, 1e-3); // of half a vCPU
    expect(taskBounds(cart!.service).cpu).to.be.closeTo(9, 0.1);
    expect(cart!.notes.join("\n")).to.match(/cpuTime is not declared: 55\.\d ms is taken/);
  });

  it("takes the CPU time that is declared beside it, and none where the slots are full first", () => {
    expect(readDeclaration(`${root}/told.yaml`)[0]!.service.capacity.cpuTime).to.equal(0.03);
    expect(readDeclaration(`${root}/fitted.yaml`)[0]!.service.capacity).to.not.have.property("cpuTime");
  });

  it("says that no contention is counted, where the test shows some and none is declared", () => {
    const [shared] = readDeclaration(`${root}/shared.yaml`);
    expect(shared!.service.capacity).not.to.have.property("contention");
    expect(shared!.notes.join("\n")).to.match(
      /contention is not declared, and none is counted; shared\.csv shows tasks that slow each other: α 0\.03, β 0\.0005\b/,
    );
    for (const file of ["alone.yaml", "fitted.yaml"])
      expect(readDeclaration(`${root}/${file}`)[0]!.notes.join("\n")).not.to.include("slow each other");
  });

  it("takes the requests to have been sent as it says", () => {
    const full = (file: string) => {
      const { concurrency, serviceTime } = readDeclaration(`${root}/${file}`)[0]!.service.capacity;
      return concurrency / serviceTime.mean;
    };
    // The same waits at evenly spaced requests are those of a slower task.
    expect(full("even.yaml")).to.be.below(0.97 * full("fitted.yaml"));
    expect(refusal("odd.yaml")).to.match(/arrivals is "odd"; it must be random or even/);
  });

  it("LT-6 is refused with its place and the way out where the table cannot tell", () => {
    expect(refusal("idle.yaml"))
      .to.match(
        /idle\.yaml:6:\d+ services\.cart\.capacity\.loadTest: loadTest is "idle\.csv"; nothing comes near saturation/,
      )
      .and.match(
        /`setpoint calibrate --load-test idle\.csv` shows the table beside the fit; way out: declare `serviceTime`/,
      );
  });

  it("CAP-18 is refused when the file is missing", () => {
    expect(refusal("gone.yaml")).to.match(/loadTest is "gone\.csv"; .*gone\.csv: there is no such file/);
  });

  it("is refused with an unknown key", () => {
    expect(refusal("typo.yaml")).to.match(/`warmpu` is unknown; did you mean `warmup`/);
  });
});
