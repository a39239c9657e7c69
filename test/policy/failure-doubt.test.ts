import { expect } from "chai";
import { undoubted } from "../../policy/failure-doubt.ts";
import type { Observation, ResponseFigure } from "../../policy/observation.ts";
import { row } from "../support/measurements.ts";

const ALL = ["mean", 0.5, 0.9, 0.99, 0.999] as const;

function failing(errors: number, figures: readonly ResponseFigure["of"][] = ALL): Observation {
  return row(10, { errors, responses: figures.map((of, i) => ({ of, time: 0.1 * (i + 1) })) });
}

function standing(observation: Observation): readonly ResponseFigure["of"][] {
  return undoubted([observation]).observations[0]!.responses.map(({ of }) => of);
}

describe("undoubted", () => {
  it("keeps every figure of a row in which nothing failed, and says nothing", () => {
    expect(undoubted([failing(0)])).to.deep.equal({ observations: [failing(0)], doubted: [] });
  });

  it("leaves out the percentiles of which failures may be more than a quarter of the requests beyond, and the mean", () => {
    expect(standing(failing(0.0001))).to.deep.equal([0.5, 0.9, 0.99, 0.999]);
    expect(standing(failing(0.001))).to.deep.equal([0.5, 0.9, 0.99]);
    expect(standing(failing(0.005))).to.deep.equal([0.5, 0.9]);
  });

  it("keeps the mean where fewer than two percentiles could stand for it", () => {
    expect(standing(failing(0.005, ["mean", 0.5, 0.99]))).to.deep.equal(["mean", 0.5]);
    expect(standing(failing(0.005, ["mean"]))).to.deep.equal(["mean"]);
  });

  it("tells which figures of which row it left out", () => {
    expect(undoubted([failing(0), failing(0.001)]).doubted).to.deep.equal([
      { label: "10 /s", errors: 0.001, figures: ["mean", 0.999] },
    ]);
  });
});
