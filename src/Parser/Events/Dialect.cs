namespace KvmTraceLab.Parser.Events;

/// <summary>Whose spelling of a payload: the libtraceevent plugin's (trace-cmd's default) or the kernel's own.</summary>
public enum Dialect
{
    /// <summary>As trace-cmd with its KVM plugin prints it; the spelling of all reports.</summary>
    Plugin,
    /// <summary>As the newest kernel's TP_printk prints it (ftrace, <c>trace-cmd report -N</c>).</summary>
    Kernel,
}
