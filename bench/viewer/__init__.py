"""The viewer beside its peers, in one browser, in one run: python -m bench.viewer"""
