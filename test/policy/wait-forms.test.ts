import { expect } from "chai";
import { normalTail } from "../../policy/normal.ts";
import { lateForms, MEANS, ROW, SPREADS, waitForms } from "../../policy/wait-forms.ts";

describe("waitForms", () => {
  const { scv, idle } = waitForms();

  it("is exponential where the patience is long, and even where the mean is half of it", () => {
    expect(scv[1]).to.be.closeTo(1, 0.02);
    expect(scv[MEANS / 2]).to.be.closeTo(1 / 3, 1e-3);
  });

  it("leaves the fewer slots idle the less waits differ", () => {
    for (let place = 0; place <= MEANS; place++)
      for (let spread = 1; spread <= SPREADS; spread++) {
        const [calmer, wider] = [idle[place * ROW + spread - 1]!, idle[place * ROW + spread]!];
        expect(calmer).to.be.within(0, wider);
      }
    for (let place = 0; place <= MEANS; place++) expect(idle[place * ROW + SPREADS]).to.equal(1);
  });
});

describe("lateForms", () => {
  it("is normal where waits differ little", () => {
    const [service, patience, thresholds] = [1, 10, [4, 5, 6, 7, 8]];
    const late = lateForms({ mean: service, cv: 0 }, patience, thresholds);
    const [place, spread] = [MEANS / 2, 2];
    const deviation = (spread / SPREADS) * (patience / Math.sqrt(12)); // of the even one
    thresholds.forEach((threshold, i) => {
      const wait = threshold - service;
      const even = 1 - wait / patience;
      const share = late[(place * ROW + spread) * thresholds.length + i]! + (spread / SPREADS) ** 2 * even;
      expect(share).to.be.closeTo(normalTail((wait - patience / 2) / deviation), 0.03);
    });
  });
});
