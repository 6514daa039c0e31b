import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a VNC viewer sees: a pixel is 0xRRGGBB. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly name: string;
  readonly pixels: readonly number[];
}

/**
 * Connects as a viewer does, and reads the whole screen once: version 3.8 of the protocol (RFC 6143), VNC authentication, raw
 * pixels.
 * @throws Error with the server's own reason where it takes not the password
 */
export async function readScreen(port: number, password: string): Promise<Screen> {
  const socket = connect(port, '127.0.0.1');
  try {
    const { read, write } = await talk(socket);
    await read(12);
    write(Buffer.from('RFB 003.008\n'));
    const types = await read((await read(1)).readUInt8());
    if (!types.includes(2)) throw new Error(`no VNC authentication, but ${[...types].join()}`);
    write(Buffer.from([2]));
    write(answer(await read(16), password));
    if ((await read(4)).readUInt32BE() !== 0) throw new Error(`${await read((await read(4)).readUInt32BE())}`);
    // Others may be there too.
    write(Buffer.from([1]));
    const init = await read(24);
    const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
    const name = `${await read(init.readUInt32BE(20))}`;
    // 32 bits a pixel, 24 of them the colour, blue first.
    write(Buffer.from([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]));
    write(Buffer.from([2, 0, 0, 1, 0, 0, 0, 0]));
    const request = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    request.writeUInt16BE(width, 6);
    request.writeUInt16BE(height, 8);
    write(request);
    return { width, height, name, pixels: await readPixels(read, width, height) };
  } finally {
    socket.destroy();
  }
}

type Read = (bytes: number) => Promise<Buffer>;

async function talk(socket: Socket): Promise<{ read: Read; write: (piece: Buffer) => void }> {
  await once(socket, 'connect');
  let held = Buffer.alloc(0);
  let wake = (): void => undefined;
  let isOver = false;
  socket.on('data', (piece: Buffer) => {
    held = Buffer.concat([held, piece]);
    wake();
  });
  for (const event of ['end', 'error', 'close'])
    socket.on(event, () => {
      isOver = true;
      wake();
    });
  const read = async (bytes: number): Promise<Buffer> => {
    while (held.length < bytes) {
      if (isOver) throw new Error('the server hung up');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const piece = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return piece;
  };
  return { read, write: (piece) => void socket.write(piece) };
}

/** DES of the challenge, with the bits of each byte of the key the other way round; three times the same key is once. */
function answer(challenge: Buffer, password: string): Buffer {
  const key = Buffer.alloc(8);
  key.write(password.slice(0, 8), 'latin1');
  const mirrored = key.map((byte) =>
    Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2),
  );
  const cipher = createCipheriv('des-ede3', Buffer.concat([mirrored, mirrored, mirrored]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

async function readPixels(read: Read, width: number, height: number): Promise<number[]> {
  const pixels = new Array<number>(width * height).fill(-1);
  const [type = -1, , ...count] = await read(4);
  if (type !== 0) throw new Error(`a message of type ${type}, where the screen was asked for`);
  for (let left = Buffer.from(count).readUInt16BE(); left > 0; left--) {
    const head = await read(12);
    const [x, y, columns, rows] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at)) as [number, number, number, number];
    const data = await read(columns * rows * 4);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        pixels[(y + row) * width + x + column] = data.readUInt32LE((row * columns + column) * 4) & 0xffffff;
  }
  return pixels;
}
