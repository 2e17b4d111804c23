/** Set by the bundler from package.json. */
export const version: string = process.env.INITSCOPE_VERSION ?? '0.0.0';
