"""Paths, file trees and differences between texts."""
