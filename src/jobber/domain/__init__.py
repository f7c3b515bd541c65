"""What jobber knows, without any engine: values, rules, ports and use cases.

Standard library only; nothing here reads a clock, the environment, files, the network or processes.
"""
