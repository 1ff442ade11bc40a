"""The public names. ``import sessionbay`` loads nothing; the first use of a name loads this page."""

from ._async.client import AsyncClient as AsyncClient
from ._async.clouds import (
    AsyncAGB as AsyncAGB,
    AsyncAgentBay as AsyncAgentBay,
)
from ._async.code import AsyncCode as AsyncCode
from ._async.code_stream import AsyncCodeStream as AsyncCodeStream
from ._async.command import AsyncCommand as AsyncCommand
from ._async.context_service import AsyncContextService as AsyncContextService
from ._async.env import AsyncEnv as AsyncEnv
from ._async.file_system import AsyncFileSystem as AsyncFileSystem
from ._async.files.file_handle import AsyncFileReader as AsyncFileReader, AsyncFileWriter as AsyncFileWriter
from ._async.files.watch import AsyncWatch as AsyncWatch
from ._async.git import AsyncGit as AsyncGit
from ._async.lease import AsyncLease as AsyncLease
from ._async.map import AsyncMap as AsyncMap
from ._async.oss import AsyncOss as AsyncOss
from ._async.paginator import AsyncPaginator as AsyncPaginator
from ._async.pool import AsyncSessionPool as AsyncSessionPool
from ._async.processes import AsyncProcess as AsyncProcess
from ._async.pty import AsyncPty as AsyncPty
from ._async.pty_handle import AsyncPtyHandle as AsyncPtyHandle
from ._async.pty_text import AsyncPtyText as AsyncPtyText
from ._async.session import AsyncSession as AsyncSession, AsyncSessionBlock as AsyncSessionBlock
from ._async.session_context import AsyncSessionContext as AsyncSessionContext
from ._async.skills import AsyncBeta as AsyncBeta, AsyncSkills as AsyncSkills
from ._concurrency._async import AsyncClock as AsyncClock, AsyncHttpClient as AsyncHttpClient
from ._concurrency._sync import Background as Background, Clock as Clock, HttpClient as HttpClient
from ._sync.client import Client as Client
from ._sync.clouds import (
    AGB as AGB,
    AgentBay as AgentBay,
)
from ._sync.code import Code as Code
from ._sync.code_stream import CodeStream as CodeStream
from ._sync.command import Command as Command
from ._sync.context_service import ContextService as ContextService
from ._sync.env import Env as Env
from ._sync.file_system import FileSystem as FileSystem
from ._sync.files.file_handle import FileReader as FileReader, FileWriter as FileWriter
from ._sync.files.watch import Watch as Watch
from ._sync.git import Git as Git
from ._sync.lease import Lease as Lease
from ._sync.map import Map as Map
from ._sync.oss import Oss as Oss
from ._sync.paginator import Paginator as Paginator
from ._sync.pool import SessionPool as SessionPool
from ._sync.processes import Process as Process
from ._sync.pty import Pty as Pty
from ._sync.pty_handle import PtyHandle as PtyHandle
from ._sync.pty_text import PtyText as PtyText
from ._sync.session import Session as Session, SessionBlock as SessionBlock
from ._sync.session_context import SessionContext as SessionContext
from ._sync.skills import Beta as Beta, Skills as Skills
from .core.errors import (
    AgentBayError as AgentBayError,
    AgentBayTimeoutError as AgentBayTimeoutError,
    AgentBayUsageError as AgentBayUsageError,
    CodeError as CodeError,
    CodeTimeoutError as CodeTimeoutError,
    CodeUsageError as CodeUsageError,
    CommandError as CommandError,
    CommandTimeoutError as CommandTimeoutError,
    CommandUsageError as CommandUsageError,
    ContextError as ContextError,
    ContextTimeoutError as ContextTimeoutError,
    ContextUsageError as ContextUsageError,
    EnvError as EnvError,
    EnvTimeoutError as EnvTimeoutError,
    EnvUsageError as EnvUsageError,
    FileError as FileError,
    FileTimeoutError as FileTimeoutError,
    FileUsageError as FileUsageError,
    GitAuthError as GitAuthError,
    GitConflictError as GitConflictError,
    GitError as GitError,
    GitNotARepoError as GitNotARepoError,
    GitNotFoundError as GitNotFoundError,
    GitTimeoutError as GitTimeoutError,
    GitUsageError as GitUsageError,
    OssError as OssError,
    OssTimeoutError as OssTimeoutError,
    OssUsageError as OssUsageError,
    PtyError as PtyError,
    PtyTimeoutError as PtyTimeoutError,
    PtyUsageError as PtyUsageError,
    SessionError as SessionError,
    SessionTimeoutError as SessionTimeoutError,
    SessionUsageError as SessionUsageError,
    SkillError as SkillError,
    SkillTimeoutError as SkillTimeoutError,
    SkillUsageError as SkillUsageError,
)
from .core.output import OutputLine as OutputLine
from .core.result import Result as Result
from .core.retry import RetryPolicy as RetryPolicy
from .environment import SupportsIsSet as SupportsIsSet
from .models.code import (
    CodeOutput as CodeOutput,
    EnhancedCodeExecutionResult as EnhancedCodeExecutionResult,
    ExecutionError as ExecutionError,
    ExecutionLogs as ExecutionLogs,
    ExecutionResult as ExecutionResult,
)
from .models.commands import CommandResult as CommandResult
from .models.contexts import (
    ClearContextResult as ClearContextResult,
    Context as Context,
    ContextBinding as ContextBinding,
    ContextBindingsResult as ContextBindingsResult,
    ContextBindResult as ContextBindResult,
    ContextFileEntry as ContextFileEntry,
    ContextFileListResult as ContextFileListResult,
    ContextInfoResult as ContextInfoResult,
    ContextListParams as ContextListParams,
    ContextListResult as ContextListResult,
    ContextOperationResult as ContextOperationResult,
    ContextResult as ContextResult,
    ContextStatus as ContextStatus,
    ContextSyncResult as ContextSyncResult,
    ContextTransferResult as ContextTransferResult,
    FileUrlResult as FileUrlResult,
)
from .models.creation import (
    AppManagerRule as AppManagerRule,
    BrowserContext as BrowserContext,
    BWList as BWList,
    ContextMount as ContextMount,
    ContextSync as ContextSync,
    CreateSessionFields as CreateSessionFields,
    CreateSessionParams as CreateSessionParams,
    DeletePolicy as DeletePolicy,
    DownloadPolicy as DownloadPolicy,
    ExtraConfigs as ExtraConfigs,
    ExtractPolicy as ExtractPolicy,
    MappingPolicy as MappingPolicy,
    MobileConfig as MobileConfig,
    RecyclePolicy as RecyclePolicy,
    SyncPolicy as SyncPolicy,
    UploadPolicy as UploadPolicy,
    WhiteList as WhiteList,
)
from .models.env import EnvResult as EnvResult, EnvSetResult as EnvSetResult
from .models.files import (
    BinaryFileContentResult as BinaryFileContentResult,
    DirectoryEntry as DirectoryEntry,
    DirectoryListResult as DirectoryListResult,
    DownloadResult as DownloadResult,
    FileChangeEvent as FileChangeEvent,
    FileChangeResult as FileChangeResult,
    FileContentResult as FileContentResult,
    FileInfo as FileInfo,
    FileInfoResult as FileInfoResult,
    FileResult as FileResult,
    FileSearchResult as FileSearchResult,
    FolderResult as FolderResult,
    MultipleFileContentResult as MultipleFileContentResult,
    UploadResult as UploadResult,
)
from .models.git import (
    GitBranch as GitBranch,
    GitBranchListResult as GitBranchListResult,
    GitCommitResult as GitCommitResult,
    GitDoneResult as GitDoneResult,
    GitFile as GitFile,
    GitLogEntry as GitLogEntry,
    GitLogResult as GitLogResult,
    GitPathResult as GitPathResult,
    GitResult as GitResult,
    GitStatus as GitStatus,
    GitStatusResult as GitStatusResult,
    GitValueResult as GitValueResult,
)
from .models.map import MapResult as MapResult, Progress as Progress
from .models.orphans import OrphanedSession as OrphanedSession, ReapResult as ReapResult
from .models.oss import OSSClientResult as OSSClientResult, OSSTransferResult as OSSTransferResult
from .models.pty import PtySession as PtySession
from .models.sessions import (
    DeleteResult as DeleteResult,
    InfoResult as InfoResult,
    LabelsResult as LabelsResult,
    LinkResult as LinkResult,
    OperationResult as OperationResult,
    SessionEntry as SessionEntry,
    SessionInfo as SessionInfo,
    SessionListResult as SessionListResult,
    SessionPauseResult as SessionPauseResult,
    SessionReference as SessionReference,
    SessionResult as SessionResult,
    SessionResumeResult as SessionResumeResult,
    SessionStatus as SessionStatus,
    SessionStatusResult as SessionStatusResult,
)
from .models.skills import (
    Skill as Skill,
    SkillBinding as SkillBinding,
    SkillsMetadataResult as SkillsMetadataResult,
    SkillsOperationResult as SkillsOperationResult,
)
from .models.tools import (
    McpTool as McpTool,
    McpToolResult as McpToolResult,
    McpToolsResult as McpToolsResult,
    SessionMetrics as SessionMetrics,
    SessionMetricsResult as SessionMetricsResult,
    ToolContent as ToolContent,
)
from .progress import progress_bar as progress_bar
from .shutdown import install_signal_handlers as install_signal_handlers
