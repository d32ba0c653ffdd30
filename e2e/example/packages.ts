/** What the example store holds: invented packages with the titles, texts and versions that teams have. Sizes are for the pictures. */
export interface ExampleVersion {
  readonly version: string
  readonly hoursAgo: number
  readonly by: string
  readonly notes?: string
}

export interface ExamplePackage {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  readonly license: string
  readonly compatibility?: Readonly<Record<string, string>>
  readonly files: readonly (readonly [path: string, kilobytes: number])[]
  readonly readme?: string
  /** Newest first. */
  readonly versions: readonly ExampleVersion[]
}

const day = 24

/** The apps of the person in front of the example store. */
export const exampleApps = [
  { name: 'Support Desk', version: '3.2' },
  { name: 'Scoring Service', version: '1.9' },
  { name: 'Shelf Vision', version: '2.0' },
] as const

const speechReadme = `# Speech intent classifier

Turns a spoken request into one of 64 support intents, in English and German. Made for the first seconds of a support call: the caller
speaks, the model names the intent, the call goes to the right desk.

## Use it

\`\`\`python
from speech_intent import load

model = load(folder)
model.predict("I want to cancel my order")  # cancel_order, 0.97
\`\`\`

## How good it is

| Language | Calls | Right at once | Among the first three |
|---|---|---|---|
| English | 4,120 | 93.4 % | 98.8 % |
| German | 2,310 | 91.7 % | 98.1 % |

Measured on calls that were not used for training, with background noise as it was.

## Know before you use it

- Calls shorter than a second are named \`unclear\`.
- It was not tested on children’s voices.
- Numbers that are read aloud are not kept.
`

export const examplePackages: readonly ExamplePackage[] = [
  {
    name: 'speech_intent',
    title: 'Speech intent classifier',
    description: 'Turns a spoken request into one of 64 support intents, English and German',
    tags: ['audio', 'support', 'en', 'de'],
    license: 'Proprietary',
    compatibility: { 'Support Desk': '>=3.0.0' },
    files: [
      ['model/encoder.safetensors', 5200],
      ['model/head.safetensors', 1480],
      ['model/config.json', 2],
      ['vocabulary/intents.txt', 1],
      ['vocabulary/tokens.json', 320],
      ['examples/cancel-order.wav', 410],
      ['examples/where-is-it.wav', 380],
      ['evaluation/report.csv', 48],
    ],
    readme: speechReadme,
    versions: [
      {
        version: '2.1.0',
        hoursAgo: 2,
        by: 'Ana',
        notes:
          'Adds German. “Cancel order” and “cancel subscription” are told apart. 2.3 points better on last quarter’s calls.',
      },
      { version: '2.0.3', hoursAgo: 16 * day, by: 'Ana', notes: 'Quieter calls are recognised again.' },
      { version: '2.0.0', hoursAgo: 51 * day, by: 'Ana', notes: 'A smaller encoder, twice as fast.' },
    ],
  },
  {
    name: 'fraud_scorer',
    title: 'Fraud scorer, card payments',
    description: 'Gradient-boosted score per payment, with reason codes',
    tags: ['tabular', 'payments'],
    license: 'Proprietary',
    compatibility: { 'Scoring Service': '>=1.8.0,<2.0.0' },
    files: [
      ['trees.bin', 3900],
      ['reasons.json', 24],
      ['features.csv', 120],
    ],
    versions: [
      { version: '4.3.1', hoursAgo: 25, by: 'Ben', notes: 'Weights for merchants that opened this year.' },
      { version: '4.3.0', hoursAgo: 9 * day, by: 'Ben' },
      { version: '4.2.0', hoursAgo: 40 * day, by: 'Ben' },
    ],
  },
  {
    name: 'minilm_sentences',
    title: 'MiniLM sentence embeddings',
    description: '384-dimension sentence vectors, quantised for CPU',
    tags: ['text', 'embeddings'],
    license: 'Apache-2.0',
    files: [
      ['model.onnx', 9100],
      ['tokenizer.json', 460],
      ['config.json', 1],
    ],
    versions: [
      { version: '1.8.0', hoursAgo: 3 * day, by: 'Ana' },
      { version: '1.7.2', hoursAgo: 33 * day, by: 'Ana' },
    ],
  },
  {
    name: 'yolo_shelf',
    title: 'YOLO shelf detector',
    description: 'Finds products, gaps and price tags on shelf photos',
    tags: ['vision', 'retail'],
    license: 'AGPL-3.0',
    compatibility: { 'Shelf Vision': '>=2.1.0' },
    files: [
      ['weights.safetensors', 7400],
      ['labels.json', 8],
      ['anchors.txt', 1],
    ],
    versions: [
      {
        version: '3.0.0',
        hoursAgo: 3 * day + 4,
        by: 'Chidi',
        notes: 'Price tags with two prices are read as one tag.',
      },
      { version: '2.9.1', hoursAgo: 45 * day, by: 'Chidi' },
    ],
  },
  {
    name: 'invoice_fields',
    title: 'Invoice field extractor',
    description: 'Reads supplier, dates, totals and VAT from scanned invoices',
    tags: ['documents', 'ocr'],
    license: 'Proprietary',
    compatibility: { 'Support Desk': '>=2.4.0' },
    files: [
      ['layout.onnx', 6200],
      ['reader.onnx', 4300],
      ['labels.json', 12],
    ],
    versions: [
      { version: '2.4.0', hoursAgo: 5 * day, by: 'Mei' },
      { version: '2.3.0', hoursAgo: 30 * day, by: 'Mei' },
    ],
  },
  {
    name: 'query_rewriter',
    title: 'Query rewriter',
    description: 'Rewrites a customer’s question for search, 4-bit',
    tags: ['text', 'search'],
    license: 'Apache-2.0',
    compatibility: { 'Support Desk': '>=3.1.0' },
    files: [
      ['model-q4.gguf', 24000],
      ['template.txt', 2],
    ],
    versions: [{ version: '1.2.0', hoursAgo: 6 * day, by: 'Ben' }],
  },
  {
    name: 'churn_predictor',
    title: 'Churn predictor',
    description: 'Monthly churn risk for subscription customers',
    tags: ['tabular', 'crm'],
    license: 'Proprietary',
    compatibility: { 'Scoring Service': '>=1.5.0' },
    files: [
      ['model.safetensors', 1480],
      ['features.json', 18],
    ],
    versions: [
      { version: '1.12.2', hoursAgo: 8 * day, by: 'Ines' },
      { version: '1.12.1', hoursAgo: 22 * day, by: 'Ines' },
      { version: '1.11.0', hoursAgo: 64 * day, by: 'Ines' },
    ],
  },
  {
    name: 'toxicity_filter',
    title: 'Toxicity filter, multilingual',
    description: 'Flags insults and threats in 19 languages',
    tags: ['text', 'moderation'],
    license: 'CC-BY-4.0',
    compatibility: { 'Community Board': '>=1.0.0' },
    files: [
      ['model.onnx', 5600],
      ['languages.json', 3],
    ],
    versions: [{ version: '0.9.4', hoursAgo: 9 * day, by: 'Mei' }],
  },
  {
    name: 'weekly_demand',
    title: 'Weekly demand forecast',
    description: 'Quantile forecasts per store and article, 13 weeks',
    tags: ['tabular', 'retail', 'forecast'],
    license: 'Proprietary',
    compatibility: { 'Scoring Service': '>=1.9.0' },
    files: [
      ['quantiles.bin', 790],
      ['holidays.csv', 26],
    ],
    versions: [
      { version: '5.0.1', hoursAgo: 10 * day, by: 'Chidi' },
      { version: '5.0.0', hoursAgo: 17 * day, by: 'Chidi' },
    ],
  },
  {
    name: 'call_transcriber',
    title: 'Call transcriber, small',
    description: 'Speech to text tuned on support calls',
    tags: ['audio', 'support'],
    license: 'MIT',
    compatibility: { 'Support Desk': '>=3.0.0' },
    files: [
      ['encoder.onnx', 7800],
      ['decoder.onnx', 6100],
      ['vocabulary.json', 390],
      ['words-of-ours.txt', 6],
    ],
    versions: [
      { version: '1.3.0', hoursAgo: 13 * day, by: 'Ana', notes: 'Product names of this year.' },
      { version: '1.2.0', hoursAgo: 60 * day, by: 'Ana' },
    ],
  },
  {
    name: 'address_parser_eu',
    title: 'Address parser, EU',
    description: 'Splits postal addresses of 27 countries into parts',
    tags: ['text', 'crm'],
    license: 'MIT',
    compatibility: { 'Support Desk': '>=2.0.0', 'Scoring Service': '>=1.0.0' },
    files: [
      ['parser.onnx', 3800],
      ['countries.json', 61],
    ],
    versions: [
      { version: '2.0.3', hoursAgo: 14 * day, by: 'Ines' },
      { version: '1.9.0', hoursAgo: 70 * day, by: 'Ines' },
    ],
  },
  {
    name: 'product_vectors',
    title: 'Product image embeddings',
    description: 'Image vectors for visual search, 768 dimensions',
    tags: ['vision', 'embeddings', 'retail'],
    license: 'Apache-2.0',
    compatibility: { 'Shelf Vision': '>=3.0.0' },
    files: [
      ['model.safetensors', 8100],
      ['preprocess.json', 2],
    ],
    versions: [{ version: '1.1.0', hoursAgo: 16 * day, by: 'Chidi' }],
  },
  {
    name: 'medical_entities',
    title: 'Medical entities',
    description: 'Marks drugs, doses and conditions in notes',
    tags: ['text', 'health'],
    license: 'CC-BY-NC-4.0',
    compatibility: { 'Support Desk': '>=3.0.0' },
    files: [
      ['model.onnx', 4340],
      ['labels.txt', 2],
    ],
    versions: [
      { version: '0.7.0-beta.2', hoursAgo: 17 * day, by: 'Mei' },
      { version: '0.6.1', hoursAgo: 48 * day, by: 'Mei' },
    ],
  },
  {
    name: 'keyword_spotter',
    title: 'Keyword spotter',
    description: 'Wake-word detection for kiosks, runs on a phone',
    tags: ['audio', 'edge'],
    license: 'Apache-2.0',
    files: [
      ['spotter.tflite', 240],
      ['words.txt', 1],
    ],
    versions: [{ version: '1.0.5', hoursAgo: 24 * day, by: 'Ana' }],
  },
  {
    name: 'language_id',
    title: 'Language identifier 176',
    description: 'Tells 176 languages apart from one sentence',
    tags: ['text'],
    license: 'CC-BY-SA-3.0',
    files: [['model.bin', 1260]],
    versions: [{ version: '2.2.0', hoursAgo: 28 * day, by: 'Ines' }],
  },
  {
    name: 'speaker_diariser',
    title: 'Speaker diariser',
    description: 'Says who spoke when, up to eight voices',
    tags: ['audio', 'support'],
    license: 'MIT',
    compatibility: { 'Support Desk': '>=3.0.0' },
    files: [
      ['segments.onnx', 2900],
      ['voices.onnx', 2600],
    ],
    versions: [{ version: '1.4.0', hoursAgo: 31 * day, by: 'Ana' }],
  },
  {
    name: 'returns_reason',
    title: 'Returns reason classifier',
    description: 'Sorts the free text of returns into 22 reasons',
    tags: ['text', 'retail'],
    license: 'Proprietary',
    compatibility: { 'Support Desk': '>=2.0.0' },
    files: [
      ['model.onnx', 1900],
      ['reasons.json', 4],
    ],
    versions: [{ version: '3.1.0', hoursAgo: 34 * day, by: 'Ines' }],
  },
  {
    name: 'delivery_eta',
    title: 'Delivery time estimate',
    description: 'Minutes to the door, with the range it is sure of',
    tags: ['tabular', 'logistics'],
    license: 'Proprietary',
    compatibility: { 'Scoring Service': '>=1.6.0' },
    files: [
      ['trees.bin', 1100],
      ['zones.csv', 210],
    ],
    versions: [{ version: '2.6.0', hoursAgo: 36 * day, by: 'Ben' }],
  },
  {
    name: 'photo_quality',
    title: 'Photo quality check',
    description: 'Tells blurred, dark and cut-off product photos',
    tags: ['vision', 'retail'],
    license: 'MIT',
    files: [['model.tflite', 880]],
    versions: [{ version: '1.0.0', hoursAgo: 41 * day, by: 'Chidi' }],
  },
  {
    name: 'receipt_reader',
    title: 'Receipt reader',
    description: 'Shop, date, total and VAT of till receipts',
    tags: ['documents', 'ocr'],
    license: 'Proprietary',
    compatibility: { 'Support Desk': '>=2.4.0' },
    files: [
      ['detect.onnx', 2400],
      ['read.onnx', 3700],
    ],
    versions: [{ version: '1.9.2', hoursAgo: 44 * day, by: 'Mei' }],
  },
  {
    name: 'price_elasticity',
    title: 'Price elasticity',
    description: 'How demand answers to a change of price, per article',
    tags: ['tabular', 'retail'],
    license: 'Proprietary',
    compatibility: { 'Scoring Service': '>=1.9.0' },
    files: [['coefficients.csv', 640]],
    versions: [{ version: '0.4.0', hoursAgo: 52 * day, by: 'Chidi' }],
  },
  {
    name: 'answer_ranker',
    title: 'Answer ranker',
    description: 'Puts the help articles that answer a question first',
    tags: ['text', 'search', 'support'],
    license: 'Apache-2.0',
    compatibility: { 'Support Desk': '>=3.0.0' },
    files: [
      ['ranker.onnx', 4400],
      ['tokenizer.json', 460],
    ],
    versions: [{ version: '2.0.1', hoursAgo: 57 * day, by: 'Ana' }],
  },
  {
    name: 'noise_suppressor',
    title: 'Noise suppressor',
    description: 'Takes street and office noise out of calls',
    tags: ['audio', 'edge'],
    license: 'BSD-3-Clause',
    files: [['model.onnx', 960]],
    versions: [{ version: '1.2.1', hoursAgo: 66 * day, by: 'Ben' }],
  },
  {
    name: 'credit_limit',
    title: 'Credit limit proposal',
    description: 'A limit and its reasons for new business customers',
    tags: ['tabular', 'payments'],
    license: 'Proprietary',
    compatibility: { 'Scoring Service': '>=1.8.0' },
    files: [
      ['trees.bin', 1700],
      ['reasons.json', 14],
    ],
    versions: [{ version: '6.2.0', hoursAgo: 73 * day, by: 'Ben' }],
  },
]

/** Published while the pictures are taken: large enough to be watched. */
export const exampleToPublish: ExamplePackage = {
  name: 'translator_24',
  title: 'Translator, 24 languages',
  description: 'Support mails from and to 24 languages, in their tone',
  tags: ['text', 'support'],
  license: 'Apache-2.0',
  compatibility: { 'Support Desk': '>=3.0.0' },
  files: [
    ['model/encoder.safetensors', 38_000],
    ['model/decoder.safetensors', 29_000],
    ['model/config.json', 2],
    ['languages.json', 3],
  ],
  versions: [{ version: '1.3.0', hoursAgo: 0, by: 'Ana', notes: 'Dutch and Danish.' }],
}
