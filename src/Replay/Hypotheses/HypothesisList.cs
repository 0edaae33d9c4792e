namespace KvmTraceLab.Replay.Hypotheses;

/// <summary>The visible list of hypotheses, special ones before general ones.</summary>
public static class HypothesisList
{
    public static IReadOnlyList<IHypothesis> All { get; } =
    [
        new FastPathNotWritten(),
        new SpuriousClaimed(),
        new MappingTakenAway(),
        new SpteLosesPermission(),
        new MbecLeftOn(),
        new NxHugeNeverSplit(),
        new SpteNeverReadable(),
        new SpteNeverWritable(),
        new SpteNeverExecutable(),
        new XuMissingFromAccessTrack(),
        new XuNotSet(),
        new XsNotSet(),
        new FrozenWithBit10(),
        new RootAccessNotPropagated(),
        new EmulationSkipped(),
        new StaleMmuSeq(),
        new CmpxchgRetry(),
        new UserBitIgnored(),
        new XuIgnoredForUserFetch(),
        new Bit10NotPresent(),
        new GrantsWriteL1Lacks(),
        new GrantsExecL1Lacks(),
        new InjectedIntoL2(),
        new ViolationSwallowed(),
        new AllowedReflected(),
        new Bit6NotInjected(),
        new AdvancedBitsNotInjected(),
        new ProtBitsNotInjected(),
        new NotPresentInjectedAsPresent(),
        new UserBitNotInjected(),
        new ReservedInjected(),
        new FetchBitWrong(),
        new WriteInjectedAsRead(),
        new ReadInjectedAsWrite(),
        new WrongStageInjected(),
        new FinalInjectedAsWalk(),
        new StageBitsNotOne(),
        new WrongReasonInjected(),
        new OtherReasonInjected(),
        new WrongAddressInjected(),
    ];
}
