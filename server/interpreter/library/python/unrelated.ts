/**
 * Is it a package that defines no networks and initializes no weights? It may lie beside those that do, in site-packages, but
 * reading it would take time (Pillow's `Image` alone as much as a whole model) and tell nothing.
 */
export function isUnrelated(name: string): boolean {
  const [top = name] = name.split('.');
  return packages.has(top);
}

/** The same of single files of packages that do define networks: they write documentation, load and save files. */
export function isUnrelatedFile(path: string): boolean {
  return files.some((file) => path.endsWith(file));
}

const files = ['/transformers/utils/auto_docstring.py'];

const packages = new Set([
  // images, sound, text, tables
  ...['PIL', 'cv2', 'skimage', 'imageio', 'librosa', 'soundfile', 'nltk', 'regex', 'sentencepiece'],
  ...['pandas', 'pyarrow', 'scipy', 'sklearn', 'h5py', 'lmdb', 'pycocotools'],
  // plots and reports
  ...['matplotlib', 'seaborn', 'plotly', 'tensorboard', 'tensorboardX', 'wandb', 'mlflow', 'tqdm', 'rich', 'tabulate'],
  // everything else that scripts begin with
  ...['yaml', 'toml', 'requests', 'click', 'loguru', 'psutil', 'packaging', 'setuptools', 'pkg_resources', 'pytest'],
  ...['huggingface_hub', 'safetensors', 'onnx', 'onnxruntime', 'sympy', 'networkx', 'numba', 'ray', 'IPython'],
]);
