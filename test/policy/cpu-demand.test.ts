import { expect } from "chai";
import { readLoadTest } from "../../adapters/load-test-csv.ts";
import { cpuDemand } from "../../policy/cpu-demand.ts";
import { row, simulated } from "../support/measurements.ts";
import { PROFILE } from "../support/services.ts";

describe("cpuDemand", () => {
  it("is the slope of CPU over requests a task, and what is used without any", () => {
    const rows = [2, 4, 8, 16].map((rate) => row(rate, { tasks: 2, cpu: 0.03 + (0.05 * rate) / 2 }));
    const { work, idle, explained } = cpuDemand(rows)!;
    expect(work.value).to.be.closeTo(0.05, 1e-12);
    expect(idle.value).to.be.closeTo(0.03, 1e-12);
    expect(explained).to.be.closeTo(1, 1e-12);
    expect(cpuDemand(rows)!.refused).to.equal(null);
  });

  it("finds the service time over the slots where requests hold the CPU throughout", () => {
    const { work } = cpuDemand(simulated(PROFILE, 2, [0.2, 0.4, 0.6, 0.8], 20_000))!;
    expect(work.value).to.be.closeTo(PROFILE.serviceTime.mean / PROFILE.concurrency, 0.003);
  });

  it("is unknown with fewer than three rows that have it", () => {
    expect(cpuDemand([row(1, { cpu: 0.1 }), row(2, { cpu: 0.2 }), row(3)])).to.equal(null);
  });

  it("leaves out rows in which requests fail, which take little CPU, and those past saturation", () => {
    const steady = [2, 4, 8, 16].map((rate) => row(rate, { cpu: 0.03 + 0.05 * rate }));
    const failing = row(40, { cpu: 0.85, errors: 0.6 });
    const behind = row(40, { cpu: 0.99, throughput: 17 });
    expect(cpuDemand([...steady, failing, behind])).to.deep.equal(cpuDemand(steady));
  });

  // The data set's source gives R² = .50 for CPU against transactions: the mix changes.
  it("CW-18 refuses CPU of which requests explain less than half: a production database's", () => {
    const { explained, rows, refused } = cpuDemand(
      readLoadTest("test/fixtures/latency/oracle-oltp-2min.csv").observations,
    )!;
    expect(rows).to.equal(360);
    expect(explained).to.be.closeTo(0.5, 0.01);
    expect(refused).to.match(/requests explain 49\.8 % of CPU.*scale on requests per target instead/);
  });
});
