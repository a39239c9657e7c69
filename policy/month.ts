/** Hours in a month, by which all costs of a month are reckoned; as AWS's Pricing Calculator counts them. */
export const HOURS_A_MONTH = 730;
