// Moves frames between the simulator and the firmware inside the WebAssembly MicroPython.
//
// node webassembly.mjs INTERPRETER FIRMWARE: the interpreter's module, the folder of the sources.
// On stdin and stdout are the frames of `wattback.boards.sim`, as they are with a MicroPython
// process; each is written into the interpreter's memory and read out of it in place. What the
// firmware prints falls between the frames, as it would there; what it raises goes to stderr.

import { readdirSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const HEAP_BYTES = 512 * 1024; // 128 Ki words: asking for its fill level, which walks all of it, stays cheap
const IN_INTERPRETER = "/firmware";
// This build has a binascii written in Python, which raises another exception than that of boards.
const STARTS = `
import binascii, sys
from uctypes import addressof

decode = binascii.a2b_base64

def a2b_base64(text):
    try:
        return decode(text)
    except Exception as error:
        raise ValueError(str(error))

binascii.a2b_base64 = a2b_base64
sys.path.insert(0, "${IN_INTERPRETER}")
from wattback.boards.sim_process import Process
process = Process()
answer = process.answer
in_at, in_words = addressof(process.board.frame_in), len(process.board.frame_in)
out_at, out_words = addressof(process.board.frame_out), len(process.board.frame_out)
`;

function toFile(number) {
    return (line) => writeAll(number, Buffer.from(`${line}\n`));
}

function writeAll(file, bytes) {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

// Whether the whole frame has come: stdin ends between two.
function readAll(bytes) {
    for (let done = 0; done < bytes.length; ) {
        const more = readSync(0, bytes, done, bytes.length - done);
        if (more === 0) return false;
        done += more;
    }
    return true;
}

// All sources: what other boards have in viper code would be a syntax error here, but nobody
// imports it.
function copySources(files, from, to) {
    files.mkdir(to);
    for (const entry of readdirSync(from, { withFileTypes: true })) {
        const path = `${to}/${entry.name}`;
        if (entry.isDirectory()) copySources(files, join(from, entry.name), path);
        else if (entry.name.endsWith(".py")) files.writeFile(path, readFileSync(join(from, entry.name)));
    }
}

// A SystemExit has told its reason already; the rest of what may come says it in its message.
function exitCode(error) {
    if (error.type === "SystemExit") return Number(/SystemExit: (\d+)/.exec(error.message)?.[1] ?? 1);
    toFile(2)(`${error.name}: ${error.message}`);
    return 1;
}

async function main(interpreter, firmware) {
    const { loadMicroPython } = await import(pathToFileURL(interpreter));
    const python = await loadMicroPython({ heapsize: HEAP_BYTES, stdout: toFile(1), stderr: toFile(2) });
    copySources(python.FS, firmware, IN_INTERPRETER);
    python.runPython(STARTS);
    const known = (name) => python.globals.get(name);
    const [answer, inAt, outAt] = [known("answer"), known("in_at"), known("out_at")];
    const wordsIn = new Int32Array(known("in_words"));
    const wordsOut = new Int32Array(known("out_words"));
    const bytesIn = new Uint8Array(wordsIn.buffer);
    const bytesOut = new Uint8Array(wordsOut.buffer);
    const { getValue, setValue } = python._module;
    while (readAll(bytesIn)) {
        for (let i = 0; i < wordsIn.length; i++) setValue(inAt + 4 * i, wordsIn[i], "i32");
        answer();
        for (let i = 0; i < wordsOut.length; i++) wordsOut[i] = getValue(outAt + 4 * i, "i32");
        writeAll(1, bytesOut);
    }
}

try {
    await main(process.argv[2], process.argv[3]);
} catch (error) {
    process.exitCode = exitCode(error);
}
