import { Redis } from "ioredis";

/** A connection that remembers the names of the commands it was given. */
export class RecordingRedis extends Redis {
  readonly commands: string[] = [];

  override sendCommand(...sent: Parameters<Redis["sendCommand"]>): unknown {
    this.commands.push(sent[0].name);
    return super.sendCommand(...sent);
  }
}
