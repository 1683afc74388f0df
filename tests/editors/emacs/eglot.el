;;; eglot.el --- Drives eglot  -*- lexical-binding: t; -*-

;;; Code:

(load (expand-file-name "harness" (file-name-directory load-file-name)) nil t)
(require 'eglot)
(require 'markdown-mode)
(require 'studio)

(setq eglot-sync-connect t
      eglot-send-changes-idle-time 0.05
      eglot-confirm-server-initiated-edits nil)

(setq drive-idle (lambda ()
                   (when (eglot-managed-p)
                     (eglot--signal-textDocument/didChange))))

(defun drive-attach (name)
  "Visit NAME and wait until eglot serves it."
  (drive-open name)
  (studio-ensure)
  (run-hooks 'post-command-hook)
  (drive-until (format "a server for %s" name) #'eglot-managed-p)
  (flymake-mode 1)
  (flymake-start))

(defun drive-codes ()
  "The lines, from 0, and codes of our diagnostics in the buffer."
  (delq nil
        (mapcar
         (lambda (diagnostic)
           (let ((text (flymake-diagnostic-text diagnostic)))
             (when (string-match "studio \\[\\([^]]+\\)\\]" text)
               (cons (1- (line-number-at-pos (flymake-diagnostic-beg diagnostic)))
                     (match-string 1 text)))))
         (flymake-diagnostics))))

(defun drive-await-codes (expected)
  "Wait until the diagnostics are EXPECTED: pairs of a line and a code."
  (drive-until
   (format "the diagnostics %S, there are %S" expected (drive-codes))
   (lambda () (equal (sort (drive-codes) (lambda (a b) (< (car a) (car b)))) expected))))

(defun drive-titles ()
  "The titles of the code actions at point."
  (mapcar (lambda (action) (plist-get action :title)) (eglot-code-actions (point) (point))))

(defun drive-action (title)
  "Take the code action TITLE at point, as a user who picks it from the list."
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_ choices &rest _) (car (assoc title choices))))
            (last-nonmenu-event ?a))
    (eglot-code-actions (point) (point) nil t)))

(defun drive-hover ()
  "What eglot shows for the place of point."
  (let (shown)
    (eglot-hover-eldoc-function (lambda (info &rest _) (setq shown info)))
    (substring-no-properties (drive-until "a hover" (lambda () shown)))))

(defun drive-whole-story ()
  "See drift, accept it, take it back from the command line, take Studio's version."
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (drive-line (car (drive-lines 'edited)))
  (drive-note "titles" (vconcat (drive-titles)))
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

(defun drive-edit ()
  "See the drift of a buffer that nobody saved, and both encodings of what was typed."
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (drive-line 10)
  (insert "🧨 Never on a Friday.\n")
  (drive-await-codes (drive-drift "repo-ahead" (car (drive-lines 'edited)) 10
                                  (1+ (cadr (drive-lines 'edited)))))
  (drive-note "modified" (if (buffer-modified-p) t :json-false)))

(defun drive-skills ()
  "Hover and complete a skill, on a line that has an emoji."
  (drive-attach "CLAUDE.md")
  (drive-line (drive-lines 'skill))
  (search-forward "api")
  (drive-note "hover" (drive-hover))
  (forward-line)
  (insert "🚀 Follow pyth")
  (let* ((found (eglot-completion-at-point))
         (table (nth 2 found)))
    (drive-note "completions"
                (vconcat (mapcar #'substring-no-properties
                                 (all-completions "pyth" table))))
    (completion-in-region (nth 0 found) (nth 1 found) table))
  (drive-note "line" (buffer-substring-no-properties (line-beginning-position)
                                                     (line-end-position))))

(defun drive-types ()
  "How the diagnostics in the buffer are shown, without doublets."
  (seq-uniq (mapcar #'flymake-diagnostic-type (flymake-diagnostics))))

(defun drive-settings ()
  "Set one kind of drift from `studio-settings' and another from eglot's configuration."
  (setq studio-settings '(:drift (:severity (:repo-ahead "warning"))))
  (setq-default eglot-workspace-configuration
                '(:studio (:drift (:severity (:studio-ahead "error")))))
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (drive-until "a warning" (lambda () (equal '(eglot-warning) (drive-types))))
  (drive-attach "AGENTS.md")
  (drive-await-codes (drive-behind))
  (drive-until "an error" (lambda () (equal '(eglot-error) (drive-types)))))

(defun drive-message ()
  "Write a commit message, in a server that began with Markdown."
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (drive-open ".git/COMMIT_EDITMSG")
  (text-mode)
  (drive-until "a server for the message" #'eglot-managed-p)
  (flymake-mode 1)
  (flymake-start)
  (insert "Keep money in integers\n\nDecision: Amounts are cents\n\nThat is that.\n")
  (drive-await-codes '((2 . "message/unparsed"))))

(defun drive-commands ()
  "The commands of studio.el on a context file and on a source file."
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

(defun drive-comparison ()
  "Compare with Studio's copy in Ediff."
  (require 'ediff)
  (setq ediff-window-setup-function #'ediff-setup-windows-plain)
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (studio-compare)
  (set-buffer (drive-until "Ediff" (lambda () (get-buffer "*Ediff Control Panel*"))))
  (drive-note "differences" ediff-number-of-differences)
  (drive-note "studio" (with-current-buffer ediff-buffer-A
                         (drive-expect "Studio's copy is for reading" buffer-read-only)
                         (buffer-substring-no-properties (point-min) (point-max))))
  (drive-note "repo" (buffer-file-name ediff-buffer-B)))

(defun drive-why ()
  "Ask why a line of a source file is so, with a mode that is in no list."
  (drive-open "src/limits.py")
  (prog-mode)
  (studio-mode 1)
  (run-hooks 'post-command-hook)
  (drive-until "a server for the source" #'eglot-managed-p)
  (drive-line 4)
  (drive-note "why" (studio--field (studio-why) "message")))

(defun drive-records ()
  "Record a decision from a region, insert a skill, and open what is not a file."
  (drive-attach "CLAUDE.md")
  (drive-await-codes (drive-edited))
  (drive-line (car (drive-lines 'edited)))
  (search-forward "Use ")
  (set-mark (match-beginning 0))
  (end-of-line)
  (let ((transient-mark-mode t) (mark-active t))
    (studio-record-decision))
  (goto-char (point-max))
  (insert "🚀 ")
  (studio-insert-skill "python-api-skill")
  (drive-note "end" (buffer-substring-no-properties (line-beginning-position) (point-max)))
  (drive-note "debug" (studio--field (studio-debug-information) "message"))
  (drive-shown #'studio-open-dashboard)
  (drive-shown #'studio-open-session))

(defun drive-wait ()
  "Be there until somebody kills Emacs."
  (setq drive-seconds 200)
  (drive-attach "CLAUDE.md")
  (drive-until "the end" #'ignore))

(defun drive-refusal ()
  "Refuse the edit that the server asks for."
  (setq eglot-confirm-server-initiated-edits 'confirm)
  (drive-attach "AGENTS.md")
  (drive-await-codes (drive-behind))
  (cl-letf (((symbol-function 'y-or-n-p) (lambda (&rest _) nil)))
    (ignore-errors (studio-use-studio)))
  (drive-note "agents" (buffer-substring-no-properties (point-min) (point-max)))
  (drive-await-codes (drive-behind)))

(drive-leave (intern (concat "drive-" (getenv "DRIVE"))))
;;; eglot.el ends here
