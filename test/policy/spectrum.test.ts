import { expect } from "chai";
import fc from "fast-check";
import { fourier, type Spectrum } from "../../policy/spectrum.ts";
import { between } from "../support/services.ts";

const complex = fc
  .integer({ min: 0, max: 6 })
  .chain((bits) =>
    fc.array(fc.tuple(between(-1, 1), between(-1, 1)), { minLength: 2 ** bits, maxLength: 2 ** bits }),
  )
  .map((pairs) => ({
    re: Float64Array.from(pairs, ([re]) => re),
    im: Float64Array.from(pairs, ([, im]) => im),
  }));

/** The sum that defines the transform. */
function defined({ re, im }: Spectrum, k: number): readonly [number, number] {
  let [real, imaginary] = [0, 0];
  for (let j = 0; j < re.length; j++) {
    const angle = (-2 * Math.PI * j * k) / re.length;
    real += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
    imaginary += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
  }
  return [real, imaginary];
}

describe("fourier", () => {
  it("is the sum that defines it", () => {
    fc.assert(
      fc.property(complex, (sequence) => {
        const { re, im } = fourier(sequence);
        for (let k = 0; k < re.length; k++) {
          const [real, imaginary] = defined(sequence, k);
          expect(re[k]).to.be.closeTo(real, 1e-11);
          expect(im[k]).to.be.closeTo(imaginary, 1e-11);
        }
      }),
    );
  });
});
