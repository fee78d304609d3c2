// The modules that the build puts in place of these names.

declare module 'dispatch-guard:wasm' {
  /** Name of the wasm's file, which lies beside the bundles. */
  export const WASM_FILE: string;
  /** SHA-256 of that file, in lower-case hex. */
  export const WASM_SHA256: string;
}
