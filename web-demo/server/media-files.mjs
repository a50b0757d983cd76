import { constants } from 'node:fs';
import { mkdir, open, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** @import { FileHandle } from 'node:fs/promises' */

/**
 * The bytes of media, in files below one folder. A path is one that the database has: it is still checked to
 * lie below the folder, with symbolic links followed, so that no row can lead anywhere else.
 */
export class MediaFiles {
  #folder;

  /** @param {string | undefined} folder made when the first file is stored */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * Writes a file as a whole or not at all. The same path again is the same file.
   *
   * @param {string} path
   * @param {Uint8Array} bytes
   */
  async put(path, bytes) {
    if (!this.#folder) throw new Error('There is no folder for media. Set DATA_DIR or MEDIA_DIR.');
    const target = join(this.#folder, path);
    await mkdir(dirname(target), { recursive: true });
    await this.#check(dirname(target));
    const part = `${target}.${crypto.randomUUID()}.part`;
    try {
      await writeFile(part, bytes, { flag: 'wx' });
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  /**
   * Opens a file for reading; null when it is gone. The caller closes it.
   *
   * @param {string} path
   * @returns {Promise<FileHandle | null>}
   */
  async open(path) {
    if (!this.#folder) return null;
    const target = join(this.#folder, path);
    try {
      await this.#check(dirname(target));
      return await open(target, constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(/** @type {any} */ (error).code)) return null;
      throw error;
    }
  }

  /** One that is gone already is no failure. @param {string} path */
  async delete(path) {
    if (!this.#folder) return;
    const target = join(this.#folder, path);
    try {
      await this.#check(dirname(target));
      await rm(target, { force: true });
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'ENOENT') throw error;
    }
  }

  /** @param {string} directory that is there */
  async #check(directory) {
    const root = await realpath(/** @type {string} */ (this.#folder));
    const real = await realpath(directory);
    if (real !== root && !real.startsWith(root + sep)) throw new Error(`${directory} is not below ${root}.`);
  }
}
