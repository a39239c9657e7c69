/** How much tasks wait for what they share, such as a database: the coefficients of the Universal Scalability Law. */
export interface Contention {
  /** Share of the work that only one task at a time can do. */
  readonly alpha: number;
  /** What each pair of tasks costs to agree. */
  readonly beta: number;
}

/**
 * How many times as long a request takes with so many tasks: 1 + α(N − 1) + βN(N − 1), so that N tasks serve
 * N ÷ slowdown times what one does. N. J. Gunther, "Guerrilla Capacity Planning", Springer 2007.
 */
export function slowdown({ alpha, beta }: Contention, tasks: number): number {
  return 1 + alpha * (tasks - 1) + beta * tasks * (tasks - 1);
}

/**
 * The number of tasks that serve the most; with more of them all serve less. Infinite without β. The maximum of
 * N ÷ slowdown lies at √((1 − α) ÷ β), of which the better neighbor is taken.
 */
export function peakTasks(contention: Contention): number {
  const { alpha, beta } = contention;
  if (beta === 0) return Number.POSITIVE_INFINITY;
  const below = Math.max(1, Math.floor(Math.sqrt((1 - alpha) / beta)));
  return scaleUp(contention, below + 1) > scaleUp(contention, below) ? below + 1 : below;
}

/** How many times what one task serves alone so many serve. */
export function scaleUp(contention: Contention, tasks: number): number {
  return tasks / slowdown(contention, tasks);
}
