import { expect } from "chai";
import fc from "fast-check";
import { elasticity } from "../../policy/elasticity.ts";

const of = (supply: readonly number[], demand: readonly number[], decided = supply) =>
  elasticity(
    { ready: Float64Array.from(supply), capacity: Float64Array.from(decided) },
    Float64Array.from(demand),
  );

const counts = (length: number) =>
  fc.array(fc.integer({ min: 1, max: 50 }), { minLength: length, maxLength: length });

const pair = fc.integer({ min: 2, max: 30 }).chain((length) => fc.tuple(counts(length), counts(length)));

// Definitions: SPEC-RG-2016-01; Imdoukh et al. 2019, equations 12–16.
describe("elasticity", () => {
  it("known answer: four minutes", () => {
    const found = of([4, 4, 6, 6], [5, 4, 4, 8]);
    expect(found.underProvisioning).to.be.closeTo((1 / 5 + 2 / 8) / 4, 1e-12);
    expect(found.overProvisioning).to.be.closeTo(2 / 4 / 4, 1e-12);
    expect(found).to.include({ underTimeshare: 2 / 4, overTimeshare: 1 / 4 });
    expect(found.instability).to.be.closeTo(3 / 3, 1e-12); // stays−falls, rises−stays, stays−rises
    expect(found.jitter).to.equal((1 - 2) / 4);
    expect(found.scaleEventsADay).to.equal(1440 / 4);
    // A fleet of round(21 ÷ 4) = 5: short by 3/8 in one minute, beyond by 1/4 in two.
    const ratios = [3 / 8 / (1 / 5 + 2 / 8), 2 / 4 / (2 / 4), 1 / 2, 2 / 1];
    expect(found.elasticSpeedUp).to.be.closeTo(ratios.reduce((a, b) => a * b) ** 0.25, 1e-12);
  });

  it("known answer: the speed-up is Imdoukh's geometric mean, 1.84 from the measures of his Table 8", () => {
    const table = [3.29 / 0.48, 3.06 / 4.28, 57.95 / 15.85, 57.05 / 89.1];
    expect(table.reduce((a, b) => a * b) ** (1 / 4)).to.be.closeTo(1.84, 0.005);
  });

  it("counts what was decided as scale events, and what serves against demand", () => {
    expect(of([1, 1, 2], [1, 1, 1], [1, 2, 2]).scaleEventsADay).to.equal(1440 / 3);
    expect(of([1, 1, 1], [1, 1, 1], [1, 9, 9]).overProvisioning).to.equal(0);
  });

  it("takes a demand that no number of tasks meets as all of it missing", () => {
    const found = of([5, 5], [5, Number.POSITIVE_INFINITY]);
    expect(found).to.include({ underProvisioning: 1 / 2, underTimeshare: 1 / 2, overProvisioning: 0 });
    expect(found.elasticSpeedUp).to.equal(null);
  });

  it("law: supply equal to demand has no fault at all, and nothing to compare", () => {
    fc.assert(
      fc.property(counts(12), (demand) => {
        const found = of(demand, demand);
        expect(found).to.include({
          underProvisioning: 0,
          overProvisioning: 0,
          underTimeshare: 0,
          overTimeshare: 0,
        });
        expect(found).to.include({ instability: 0, jitter: 0 });
        expect(found.elasticSpeedUp).to.equal(new Set(demand).size === 1 ? 1 : null);
      }),
    );
  });

  it("law: a fleet fixed at the mean demand has a speed-up of 1", () => {
    fc.assert(
      fc.property(counts(9), (demand) => {
        const fixed = Math.round(demand.reduce((a, b) => a + b) / demand.length);
        expect(of(new Array(9).fill(fixed), demand).elasticSpeedUp).to.equal(1);
      }),
    );
  });

  it("law: shares stay shares, no minute is both short and beyond, and one more task never leaves more missing", () => {
    fc.assert(
      fc.property(pair, ([supply, demand]) => {
        const found = of(supply, demand);
        expect(found.underProvisioning).to.be.within(0, found.underTimeshare);
        expect(found.underTimeshare + found.overTimeshare).to.be.within(0, 1 + 1e-12);
        expect(found.instability).to.be.within(0, 1);
        const more = of(
          supply.map((tasks) => tasks + 1),
          demand,
        );
        expect(more.underProvisioning).to.be.at.most(found.underProvisioning);
        expect(more.overProvisioning).to.be.at.least(found.overProvisioning);
      }),
    );
  });
});
