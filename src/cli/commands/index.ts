/** The commands of the client's shell, in the order in which `help` lists them; a file for each. */
import { acceptRequest } from './accept-request.ts';
import { cancelDownload } from './cancel-download.ts';
import { cancelRequest } from './cancel-request.ts';
import { changePassword } from './change-password.ts';
import { createGroup } from './create-group.ts';
import { createUser } from './create-user.ts';
import { deleteGroup } from './delete-group.ts';
import { doctor } from './doctor.ts';
import { downloadFile } from './download-file.ts';
import { exportTorrent } from './export-torrent.ts';
import { followGroup, listFolders, unfollowGroup, unwatchFolder, watchFolder } from './folders.ts';
import { helpCommand } from './help.ts';
import { invite, listInvitations, withdrawInvitation } from './invite.ts';
import { join } from './join.ts';
import { joinGroup } from './join-group.ts';
import { leaveGroup } from './leave-group.ts';
import { limit } from './limit.ts';
import { limitLan } from './limit-lan.ts';
import { limits } from './limits.ts';
import { listContents } from './list-contents.ts';
import { listFiles } from './list-files.ts';
import { listGroups } from './list-groups.ts';
import { listMembers } from './list-members.ts';
import { listRequests } from './list-requests.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import type { NodeCommand } from './node-command.ts';
import { pauseDownload } from './pause-download.ts';
import { quitCommand } from './quit.ts';
import { recheck } from './recheck.ts';
import { recoverUser } from './recover-user.ts';
import { rejectRequest } from './reject-request.ts';
import { removeMember } from './remove-member.ts';
import { resumeDownload } from './resume-download.ts';
import { schedule } from './schedule.ts';
import { setPriority } from './set-priority.ts';
import { showDownloads } from './show-downloads.ts';
import { showPeers } from './show-peers.ts';
import { status } from './status.ts';
import { stopShare } from './stop-share.ts';
import { uploadFile } from './upload-file.ts';
import { waitDownloads } from './wait-downloads.ts';
import { allowFolder, disallowFolder, listPlaces, openFile, web } from './web.ts';
import { whoami } from './whoami.ts';

export const nodeCommands: readonly NodeCommand[] = [
  createUser,
  login,
  logout,
  changePassword,
  recoverUser,
  whoami,
  status,
  doctor,
  createGroup,
  joinGroup,
  join,
  cancelRequest,
  leaveGroup,
  listGroups,
  listMembers,
  listRequests,
  acceptRequest,
  rejectRequest,
  removeMember,
  deleteGroup,
  invite,
  listInvitations,
  withdrawInvitation,
  uploadFile,
  listFiles,
  listContents,
  stopShare,
  showPeers,
  recheck,
  exportTorrent,
  downloadFile,
  showDownloads,
  waitDownloads,
  pauseDownload,
  resumeDownload,
  cancelDownload,
  setPriority,
  watchFolder,
  unwatchFolder,
  followGroup,
  unfollowGroup,
  listFolders,
  limit,
  limitLan,
  limits,
  schedule,
  web,
  openFile,
  listPlaces,
  allowFolder,
  disallowFolder,
  helpCommand(() => nodeCommands),
  quitCommand(['Stops serving and downloading; unfinished downloads go on after the next login.']),
];
