// Raw little-endian uint16 values -> a lossless HTJ2K codestream: node encode-htj2k.mjs rows columns in out

import { readFileSync, writeFileSync } from "node:fs";
import openjph from "@cornerstonejs/codec-openjph";

const [rows, columns, source, target] = process.argv.slice(2);
const codec = await openjph();
const encoder = new codec.HTJ2KEncoder();
const frame = { width: Number(columns), height: Number(rows), bitsPerSample: 12, componentCount: 1, isSigned: false, isUsingColorTransform: false };
encoder.getDecodedBuffer(frame).set(readFileSync(source));
encoder.setQuality(true, 0);
encoder.encode();
writeFileSync(target, encoder.getEncodedBuffer());
