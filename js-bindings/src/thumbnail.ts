/** Pictures that are made anew with less loss where they have sharp edges or holes. */
const TYPES: Record<string, string> = { 'image/jpeg': 'image/jpeg' };
const QUALITY = 0.8;

/** Whether thumbnails can be made here. */
export function makesThumbnails(): boolean {
  return 'createImageBitmap' in globalThis && 'OffscreenCanvas' in globalThis;
}

/** A picture whose longer side is at most so many pixels. Rejects when the browser can't read it. */
export async function thumbnailOf(blob: Blob, side: number): Promise<Blob> {
  const bitmap = await createImageBitmap(blob);
  try {
    const { width, height } = bitmap;
    const scale = Math.min(1, side / Math.max(width, height));
    const scaled = (length: number) => Math.max(1, Math.round(length * scale));
    const canvas = new OffscreenCanvas(scaled(width), scaled(height));
    const context = canvas.getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const type = TYPES[blob.type] ?? 'image/webp';
    return await canvas.convertToBlob({ type, quality: QUALITY });
  } finally {
    bitmap.close();
  }
}
