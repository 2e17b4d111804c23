/** A labelled source file of `test/cases/<rule>/`. */
export interface Case {
    /** `zero-init/legit_lora.py`. */
    readonly name: string;
    readonly rule: string;
    readonly path: string;
    readonly text: string;
    /** `line rule:severity`, as its comments say; without a severity any will do. */
    readonly expected: readonly string[];
}
export declare const casesFolder: string;
export declare function readCases(): readonly Case[];
export declare function lineOf(text: string, offset: number): number;
