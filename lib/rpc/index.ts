export { encodeCall, type RpcCall, randomXids, withXid } from './call.ts';
export {
  answersHere,
  callHere,
  isRegistered,
  NFS3,
  NLM4,
  NSM1,
  type RpcbindHost,
  type RpcProgram,
  registeredHere,
} from './local-services.ts';
export type { LocalPort } from './privileged-port.ts';
export { decodeReply } from './reply.ts';
export { askForPort, portFrom, type Registration, RPCBIND_PORT, type Transport } from './rpcbind.ts';
export { callOverTcp } from './tcp-call.ts';
export { openUdp } from './udp-socket.ts';
export { xdrString, xdrUnsigned } from './xdr.ts';
