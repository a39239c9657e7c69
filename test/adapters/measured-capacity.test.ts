import { expect } from "chai";
import { isBadInput } from "../../adapters/bad-input.ts";
import { readDeclaration } from "../../adapters/declaration.ts";
import { folder } from "../cli/setpoint.ts";
import { loadTestCsv } from "../support/measurements.ts";
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

const root = folder({
  "cart.csv": loadTestCsv(PROFILE, UP_TO_SATURATION),
  "idle.csv": loadTestCsv(PROFILE, [0.02, 0.05, 0.1]),
  "fitted.yaml": declared("{ loadTest: cart.csv, maxWait: 5 s, startup: 75 s }"),
  "known.yaml": declared(
    "{ loadTest: { file: idle.csv, tasks: 1 }, concurrency: 2, maxWait: 5 s, startup: 75 s }",
  ),
  "idle.yaml": declared("{ loadTest: idle.csv, maxWait: 5 s, startup: 75 s }"),
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
