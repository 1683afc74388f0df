;;; lsp-mode.el --- Drives lsp-mode  -*- lexical-binding: t; -*-

;;; Code:

(load (expand-file-name "harness" (file-name-directory load-file-name)) nil t)
(require 'lsp-mode)
(require 'lsp-completion)
(require 'lsp-diagnostics)
(require 'lsp-headerline)
(require 'lsp-lens)
(require 'lsp-modeline)
(require 'studio)

(setq lsp-auto-guess-root t
      lsp-enable-snippet nil
      lsp-idle-delay 0.05
      lsp-session-file (expand-file-name "lsp-session" (getenv "HOME"))
      lsp-restart 'ignore)

(defun drive-attach (name)
  "Visit NAME and wait until lsp-mode serves it."
  (drive-open name)
  (lsp)
  (drive-until (format "a server for %s" name)
               (lambda ()
                 (when-let ((workspace (studio--lsp-workspace)))
                   (eq 'initialized (lsp--workspace-status workspace))))))

(defun drive-codes ()
  "The lines, from 0, and codes of our diagnostics in the buffer."
  (delq nil
        (mapcar
         (lambda (diagnostic)
           (when (equal (gethash "source" diagnostic) "studio")
             (cons (gethash "line" (gethash "start" (gethash "range" diagnostic)))
                   (gethash "code" diagnostic))))
         (gethash (lsp--fix-path-casing buffer-file-name) (lsp-diagnostics)))))

(defun drive-await-codes (expected)
  "Wait until the diagnostics are EXPECTED: pairs of a line and a code."
  (drive-until
   (format "the diagnostics %S, there are %S" expected (drive-codes))
   (lambda () (equal (sort (drive-codes) (lambda (a b) (< (car a) (car b)))) expected))))

(defun drive-actions ()
  "The code actions at point."
  (append (lsp-code-actions-at-point) nil))

(defun drive-action (title)
  "Take the code action TITLE at point."
  (lsp-execute-code-action
   (or (seq-find (lambda (action) (equal title (gethash "title" action))) (drive-actions))
       (error "No action %s among %S" title (drive-actions)))))

(defun drive-whole-story ()
  "See drift, accept it, take it back from the command line, take Studio's version."
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (drive-line (car (drive-lines 'edited)))
  (drive-note "titles" (vconcat (mapcar (lambda (it) (gethash "title" it)) (drive-actions))))
  (drive-action "Accept into Studio (whole file)")
  (drive-await-codes nil)
  (drive-note "accepted" t)
  (drive-studio "undo")
  (drive-await-codes (drive-edited))
  (drive-note "shown" t)
  (drive-line (car (drive-lines 'edited)))
  (drive-action "Accept into Studio (whole file)")
  (drive-await-codes nil)
  (drive-attach "AGENTS.md")
  (drive-await-codes (drive-behind))
  (drive-line (drive-lines 'agents))
  (drive-action "Use Studio's version")
  (drive-await-codes nil)
  (drive-note "agents" (buffer-substring-no-properties (point-min) (point-max))))

(defun drive-skills ()
  "Hover, complete and see lenses."
  (drive-attach "CLAUDE.md")
  (drive-line (drive-lines 'skill))
  (search-forward "api")
  (drive-note "hover"
              (gethash "value"
                       (gethash "contents"
                                (lsp-request "textDocument/hover"
                                             (lsp--text-document-position-params)))))
  (drive-note "lenses"
              (vconcat (mapcar (lambda (lens) (gethash "title" (gethash "command" lens)))
                               (lsp-request "textDocument/codeLens"
                                            (list :textDocument
                                                  (lsp--text-document-identifier))))))
  (forward-line)
  (insert "🚀 Follow pyth")
  (pcase-let ((`(,start ,end ,table . ,rest) (lsp-completion-at-point)))
    (let ((found (all-completions (buffer-substring start end) table)))
      (drive-note "completions" (vconcat (mapcar #'substring-no-properties found)))
      (delete-region start end)
      (insert (car found))
      (funcall (plist-get rest :exit-function) (car found) 'finished)))
  (drive-note "line" (buffer-substring-no-properties (line-beginning-position)
                                                     (line-end-position))))

(defun drive-settings ()
  "Set how drift is shown, from `studio-settings'."
  (setq studio-settings '(:drift (:severity (:repo-ahead "error"))))
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (drive-expect "errors"
                (seq-every-p (lambda (it) (eq 1 (gethash "severity" it)))
                             (gethash (lsp--fix-path-casing buffer-file-name)
                                      (lsp-diagnostics)))))

(defun drive-message ()
  "Write a commit message."
  (drive-attach ".git/COMMIT_EDITMSG")
  (drive-note "language" (lsp-buffer-language))
  (insert "Keep money in integers\n\nDecision: Amounts are cents\n\nThat is that.\n")
  (drive-await-codes '((2 . "message/unparsed"))))

(defun drive-commands ()
  "The commands of studio.el."
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (drive-note "status" (studio--field (studio-status) "message"))
  (studio-accept)
  (drive-await-codes nil)
  (studio-undo)
  (drive-await-codes (drive-edited))
  (studio-use-studio)
  (drive-await-codes nil)
  (drive-note "claude" (buffer-substring-no-properties (point-min) (point-max))))

(drive-leave (intern (concat "drive-" (getenv "DRIVE"))))
;;; lsp-mode.el ends here
